import { readWholeNumber, type SessionsClientOptions } from '../sessions/sessions-client-options.js';
import type { LocalAllowance } from './local-files.js';

/** How a tool for a session pool is made. */
export interface SessionsToolOptions extends Omit<SessionsClientOptions, 'identifier'> {
  /** The session. @default a random UUID */
  sessionId?: string | undefined;
  /** Whether `close` deletes the session. @default true for an id that the tool made, false for one it was given */
  deleteOnClose?: boolean | undefined;
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
  readonly uploads: LocalAllowance;
  readonly downloads: LocalAllowance;
}

/** What a run of a tool is given. */
export interface RunOptions {
  readonly identifier: string;
  readonly signal?: AbortSignal;
  readonly timeoutInSeconds: number;
}

/** @throws SessionsError `invalid_options` that names the option. */
export function readToolSettings(options: SessionsToolOptions): ToolSettings {
  const {
    timeoutInSeconds,
    maxOutputChars,
    imageDirectory,
    uploadDirectories = [],
    downloadDirectories = [],
  } = options;
  return {
    timeoutInSeconds: readWholeNumber(timeoutInSeconds, 'timeoutInSeconds', 1, SESSIONS_TOOL_DEFAULTS.timeoutInSeconds),
    maxOutputChars: readWholeNumber(maxOutputChars, 'maxOutputChars', 1, SESSIONS_TOOL_DEFAULTS.maxOutputChars),
    imageDirectory,
    uploads: { directories: [...uploadDirectories], option: 'uploadDirectories' },
    downloads: { directories: [...downloadDirectories], option: 'downloadDirectories' },
  };
}

/** The options that are the client's. */
export function clientOptionsOf(options: SessionsToolOptions): SessionsClientOptions {
  const { poolManagementEndpoint, authCallback, scope, apiVersion, retries, connectTimeoutMs } = options;
  const { requestTimeoutMs, maxSockets, agent, onAbort, waitForCapacityMs, dangerouslyExecuteAgainOn503 } = options;
  return {
    poolManagementEndpoint,
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
