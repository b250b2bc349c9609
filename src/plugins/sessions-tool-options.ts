import { SessionsError } from '../errors.js';
import {
  checkOptionNames,
  CLIENT_OPTION_NAMES,
  readFlag,
  readWholeNumber,
  type SessionsClientOptions,
} from '../sessions/sessions-client-options.js';
import type { LocalAllowance } from './local-files.js';

/** How a tool for a session pool is made. */
export interface SessionsToolOptions extends Omit<SessionsClientOptions, 'identifier'> {
  /** The session. @default a random UUID */
  sessionId?: string | undefined;
  /** Whether `close` deletes the session. @default true for an id that the tool made, false for one it was given */
  deleteOnClose?: boolean | undefined;
  /**
   * Whether each run has a session of its own, which is deleted after it; the file that is uploaded before a run is in it.
   * For a session that the tool makes only. @default false
   */
  deleteAfterRun?: boolean | undefined;
  /** The service's limit for one run, in seconds; it cuts at 220. @default 100 */
  timeoutInSeconds?: number | undefined;
  /** Local directories that files may be uploaded from. @default none */
  uploadDirectories?: readonly string[] | undefined;
  /** Local directories that files may be downloaded to. @default none */
  downloadDirectories?: readonly string[] | undefined;
  /** Where pictures are saved; the directory is made if need be. @default they are not saved */
  imageDirectory?: string | undefined;
  /** What a model may call. @default ['execute_code', 'list_files'], of a shell ['execute_command', 'list_files'] */
  modelFunctions?: readonly string[] | undefined;
  /** What the model is given of stdout, stderr and result together, in characters. @default 20_000 */
  maxOutputChars?: number | undefined;
}

/** The defaults of `SessionsToolOptions`, as far as they are fixed. */
export const SESSIONS_TOOL_DEFAULTS = Object.freeze({ timeoutInSeconds: 100, maxOutputChars: 20_000 });

/** The options that are the tool's own, checked. */
export interface ToolSettings {
  readonly modelFunctions: readonly string[];
  readonly timeoutInSeconds: number;
  readonly maxOutputChars: number;
  readonly imageDirectory: string | undefined;
  readonly deleteOnClose: boolean | undefined;
  readonly deleteAfterRun: boolean;
  readonly uploads: LocalAllowance;
  readonly downloads: LocalAllowance;
}

/** Options of the tools whose sessions keep an interpreter. */
export interface InterpreterOptions {
  /**
   * Code that is run in each session before the first code of this tool: imports, functions, environment variables,
   * `os.chdir('/mnt/data')`. It runs again after the tool or its client has deleted the session, after a run of it that broke
   * off or was aborted, and in a session that was not used for five minutes, since that may have begun anew: it has to bear
   * that. When it fails, calls reject with `invalid_options`.
   * @default none
   */
  setupCode?: string | undefined;
}

/** @throws SessionsError `invalid_options`. */
export function readSetupCode({ setupCode }: InterpreterOptions): string | undefined {
  const given: unknown = setupCode;
  if (given === undefined || (typeof given === 'string' && given.trim() !== '')) return setupCode;
  throw new SessionsError('invalid_options', '`setupCode` is a text: the code to run.');
}

type OwnOptions = Omit<SessionsToolOptions & InterpreterOptions, keyof SessionsClientOptions>;

// Of all tools together, which may share their options.
const TOOL_OPTION_NAMES = [
  ...CLIENT_OPTION_NAMES.filter((name) => name !== 'identifier'),
  ...Object.keys({
    sessionId: true,
    deleteOnClose: true,
    deleteAfterRun: true,
    timeoutInSeconds: true,
    uploadDirectories: true,
    downloadDirectories: true,
    imageDirectory: true,
    modelFunctions: true,
    maxOutputChars: true,
    setupCode: true,
  } satisfies Record<keyof OwnOptions, true>),
  'sanitizeInput',
  'packageInstalls',
];

/**
 * @param modelFunctions the default
 * @throws SessionsError `invalid_options` that names the option, also for one that no tool has
 */
export function readToolSettings(options: SessionsToolOptions, modelFunctions: readonly string[]): ToolSettings {
  checkOptionNames('A sessions tool', options, TOOL_OPTION_NAMES);
  const { timeoutInSeconds, maxOutputChars } = options;
  const deleteAfterRun = readFlag(options.deleteAfterRun, 'deleteAfterRun') ?? false;
  if (deleteAfterRun && options.sessionId !== undefined) {
    throw new SessionsError(
      'invalid_options',
      '`deleteAfterRun` is for sessions that the tool makes: leave `sessionId` out.',
    );
  }
  return {
    modelFunctions: readModelFunctions(options.modelFunctions, modelFunctions),
    timeoutInSeconds: readWholeNumber(timeoutInSeconds, 'timeoutInSeconds', 1, SESSIONS_TOOL_DEFAULTS.timeoutInSeconds),
    maxOutputChars: readWholeNumber(maxOutputChars, 'maxOutputChars', 1, SESSIONS_TOOL_DEFAULTS.maxOutputChars),
    imageDirectory: readImageDirectory(options.imageDirectory),
    deleteOnClose: readFlag(options.deleteOnClose, 'deleteOnClose'),
    deleteAfterRun,
    uploads: readAllowance(options, 'uploadDirectories'),
    downloads: readAllowance(options, 'downloadDirectories'),
  };
}

/** The options that are the client's. */
export function clientOptionsOf(options: SessionsToolOptions): SessionsClientOptions {
  const { poolManagementEndpoint, allowedDomains, authCallback, scope, apiVersion, retries, connectTimeoutMs } =
    options;
  const { requestTimeoutMs, maxSockets, agent, onAbort, waitForCapacityMs, dangerouslyExecuteAgainOn503 } = options;
  return {
    poolManagementEndpoint,
    allowedDomains,
    authCallback,
    scope,
    apiVersion,
    retries,
    connectTimeoutMs,
    requestTimeoutMs,
    maxSockets,
    agent,
    onAbort,
    waitForCapacityMs,
    dangerouslyExecuteAgainOn503,
  };
}

function readModelFunctions(given: unknown, fallback: readonly string[]): readonly string[] {
  const names = given === undefined ? [...fallback] : readTexts(given);
  if (names !== undefined) return Object.freeze(names);
  throw new SessionsError('invalid_options', "`modelFunctions` is a list of names, such as ['execute_code'].");
}

// A text is a list of its characters to the language, and one of them may be `/`; an empty one is the current directory.
function readAllowance(options: SessionsToolOptions, option: LocalAllowance['option']): LocalAllowance {
  const directories = options[option] === undefined ? [] : readTexts(options[option]);
  if (directories !== undefined) return { directories, option };
  throw new SessionsError('invalid_options', `\`${option}\` is a list of directories, none of them empty: ['./data'].`);
}

function readTexts(given: unknown): string[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const texts: unknown[] = [...given];
  return texts.every((text): text is string => typeof text === 'string' && text.trim() !== '') ? texts : undefined;
}

function readImageDirectory(given: unknown): string | undefined {
  if (given === undefined || (typeof given === 'string' && given.trim() !== '')) return given;
  throw new SessionsError('invalid_options', '`imageDirectory` is the path of a directory.');
}
