import { SessionsError } from '../errors.js';
import { readWholeNumber, type SessionsClientOptions } from '../sessions/sessions-client-options.js';
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
  /** What a model may call. @default ['execute_code', 'list_files'] */
  modelFunctions?: readonly string[] | undefined;
  /** What the model is given of stdout, stderr and result together, in characters. @default 20_000 */
  maxOutputChars?: number | undefined;
}

/** The defaults of `SessionsToolOptions`, as far as they are fixed. */
export const SESSIONS_TOOL_DEFAULTS = Object.freeze({ timeoutInSeconds: 100, maxOutputChars: 20_000 });

/** The options that are the tool's own, checked. */
export interface ToolSettings {
  readonly timeoutInSeconds: number;
  readonly maxOutputChars: number;
  readonly imageDirectory: string | undefined;
  readonly deleteAfterRun: boolean;
  readonly uploads: LocalAllowance;
  readonly downloads: LocalAllowance;
}

/** Options of the tools whose sessions keep an interpreter. */
export interface InterpreterOptions {
  /**
   * Code that is run in each session before the first code of this tool: imports, functions, environment variables,
   * `os.chdir('/mnt/data')`. It runs again after the tool or its client has deleted the session, and in one that was not used
   * for five minutes, since that may have begun anew: it has to bear that. When it fails, calls reject with `invalid_options`.
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

/** @throws SessionsError `invalid_options` that names the option. */
export function readToolSettings(options: SessionsToolOptions): ToolSettings {
  const {
    timeoutInSeconds,
    maxOutputChars,
    imageDirectory,
    uploadDirectories = [],
    downloadDirectories = [],
    deleteAfterRun = false,
  } = options;
  if (deleteAfterRun && options.sessionId !== undefined) {
    throw new SessionsError(
      'invalid_options',
      '`deleteAfterRun` is for sessions that the tool makes: leave `sessionId` out.',
    );
  }
  return {
    timeoutInSeconds: readWholeNumber(timeoutInSeconds, 'timeoutInSeconds', 1, SESSIONS_TOOL_DEFAULTS.timeoutInSeconds),
    maxOutputChars: readWholeNumber(maxOutputChars, 'maxOutputChars', 1, SESSIONS_TOOL_DEFAULTS.maxOutputChars),
    imageDirectory,
    deleteAfterRun,
    uploads: { directories: [...uploadDirectories], option: 'uploadDirectories' },
    downloads: { directories: [...downloadDirectories], option: 'downloadDirectories' },
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
