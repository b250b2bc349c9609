import { isSignal } from '../abort-listeners.js';
import { SessionsError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import type { DownloadFileOptions } from './download-file.js';
import type { ExecuteOptions, ExecuteShellOptions } from './execute.js';
import type { FileOptions, ListFilesOptions } from './file-operations.js';
import type { WaitForExecutionOptions } from './poll-execution.js';
import { type CallOptions, checkOptionNames } from './sessions-client-options.js';
import type { UploadFileOptions } from './upload-file.js';

type NamesOf<Options> = Readonly<Record<keyof Options, true>>;

const CALL: NamesOf<CallOptions> = { identifier: true, signal: true };
const FILE: NamesOf<FileOptions> = { ...CALL, directory: true };
const SHELL: NamesOf<ExecuteShellOptions> = {
  ...CALL,
  timeoutInSeconds: true,
  outputStreamsMaxLength: true,
  stdin: true,
};
const EXECUTE: NamesOf<ExecuteOptions> = { ...CALL, timeoutInSeconds: true, outputStreamsMaxLength: true };
const START: NamesOf<CallOptions & Pick<ExecuteOptions, 'timeoutInSeconds'>> = { ...CALL, timeoutInSeconds: true };
const WAIT: NamesOf<WaitForExecutionOptions> = { ...CALL, pollIntervalMs: true };
const LIST: NamesOf<ListFilesOptions> = { ...FILE, recursive: true };
const UPLOAD: NamesOf<UploadFileOptions> = { ...FILE, name: true, onProgress: true };
const DOWNLOAD: NamesOf<DownloadFileOptions> = { ...FILE, to: true, maxBytes: true, onProgress: true };
const POOL: NamesOf<Pick<CallOptions, 'signal'>> = { signal: true };

/** The options of each call. */
const NAMES = {
  execute: Object.keys(EXECUTE),
  executeShell: Object.keys(SHELL),
  startExecution: Object.keys(START),
  getExecution: Object.keys(CALL),
  waitForExecution: Object.keys(WAIT),
  listFiles: Object.keys(LIST),
  getFile: Object.keys(FILE),
  uploadFile: Object.keys(UPLOAD),
  downloadFile: Object.keys(DOWNLOAD),
  deleteFile: Object.keys(FILE),
  getSession: Object.keys(CALL),
  deleteSession: Object.keys(CALL),
  listSessions: Object.keys(POOL),
  getPoolMetadata: Object.keys(POOL),
} as const;

/**
 * A misspelt `identifier` would have code run in the client's own session.
 *
 * @throws SessionsError `invalid_options` for what are no options of this call, or no signal in them.
 */
export function checkCall(call: keyof typeof NAMES, options: { readonly signal?: unknown }): void {
  if (typeof options !== 'object' || options === null)
    throw new SessionsError('invalid_options', `The options of a call are an object, not ${kindOf(options)}.`);
  checkOptionNames(`${call}()`, options, NAMES[call]);
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return;
  throw new SessionsError(
    'invalid_options',
    `\`signal\` is an AbortSignal, not ${kindOf(signal)}; of an AbortController pass \`controller.signal\`.`,
  );
}

/** @throws SessionsError `invalid_options` for what cannot be called. */
export function checkProgress({ onProgress }: { readonly onProgress?: unknown }): void {
  if (onProgress === undefined || typeof onProgress === 'function') return;
  throw new SessionsError('invalid_options', `\`onProgress\` is a function, not ${kindOf(onProgress)}.`);
}
