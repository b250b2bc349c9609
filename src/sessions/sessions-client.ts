import { SessionsError } from '../errors.js';
import { checkCall, checkProgress } from './check-call.js';
import { downloadTo, downloadToMemory, type DownloadFileOptions } from './download-file.js';
import { execute, type ExecuteOptions, executeShell, type ExecuteShellOptions, startExecution } from './execute.js';
import type { ExecutionResult } from './execution-result.js';
import { deleteFile, type FileOptions, getFile, listFiles, type ListFilesOptions } from './file-operations.js';
import { getExecution, waitForExecution, type WaitForExecutionOptions } from './poll-execution.js';
import { connectToPool, type PoolConnection } from './pool-connection.js';
import type { RemoteFile } from './remote-file.js';
import { deleteSession, getPoolMetadata, getSession, listSessions, type SessionInfo } from './session-operations.js';
import {
  type CallOptions,
  checkOptionNames,
  CLIENT_OPTION_NAMES,
  type SessionsClientOptions,
} from './sessions-client-options.js';
import { uploadFile, type UploadFileOptions } from './upload-file.js';
import type { UploadSource } from './upload-source.js';

const connections = new WeakMap<SessionsClient, PoolConnection>();

/** What is beneath a client. Not for users of the library. */
export function connectionOf(client: SessionsClient): PoolConnection {
  const connection = connections.get(client);
  if (connection) return connection;
  throw new SessionsError('invalid_options', 'The client is none of this copy of the package.');
}

/**
 * A client for one session pool: code, files and sessions.
 *
 * A session comes about with the first call that names it. All calls reject with a SessionsError, or with `signal.reason` when
 * they are aborted; failing code is a result. Code is sent again only when it has certainly not been started.
 *
 * @example
 * const client = new SessionsClient({ identifier: randomUUID() });
 * const { value } = await client.execute('6 * 7');
 */
export class SessionsClient {
  readonly #connection: PoolConnection;

  /** @throws SessionsError `invalid_options` that names what is wrong; nothing is sent yet. */
  constructor(options: SessionsClientOptions = {}) {
    checkOptionNames('SessionsClient', options, CLIENT_OPTION_NAMES);
    this.#connection = connectToPool(options);
    connections.set(this, this.#connection);
  }

  /**
   * Runs code and waits for it to end.
   *
   * @throws SessionsError `timeout` or `network` when the answer is lost: the code may then have run, and is not sent again.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecutionResult> {
    checkCall('execute', options);
    return await execute(this.#connection, code, options);
  }

  /** Runs a command in a shell pool: a line for its shell, or a program and its arguments. */
  async executeShell(command: string | readonly string[], options: ExecuteShellOptions = {}): Promise<ExecutionResult> {
    checkCall('executeShell', options);
    return executeShell(this.#connection, command, options);
  }

  /** Starts code and gives its first state, which may already be the last. */
  async startExecution(
    code: string,
    options: CallOptions & { timeoutInSeconds?: number | undefined } = {},
  ): Promise<ExecutionResult> {
    checkCall('startExecution', options);
    return startExecution(this.#connection, code, options);
  }

  /** Asks once for the state of an execution that was started. */
  async getExecution(id: string, options: CallOptions = {}): Promise<ExecutionResult> {
    checkCall('getExecution', options);
    return getExecution(this.#connection, id, options);
  }

  /** Asks for an execution until it has ended; without limit, unless `signal` sets one. */
  async waitForExecution(id: string, options: WaitForExecutionOptions = {}): Promise<ExecutionResult> {
    checkCall('waitForExecution', options);
    return waitForExecution(this.#connection, id, options);
  }

  /** Lists the files of the session; an unused session has none. */
  async listFiles(options: ListFilesOptions = {}): Promise<RemoteFile[]> {
    checkCall('listFiles', options);
    return listFiles(this.#connection, options);
  }

  /** What the service knows of one file. @throws SessionsError `not_found`. */
  async getFile(name: string, options: FileOptions = {}): Promise<RemoteFile> {
    checkCall('getFile', options);
    return getFile(this.#connection, name, options);
  }

  /**
   * Uploads a file of up to 128 MB, in place of one of the same name. A string is a local path: the caller's paths are
   * trusted here.
   *
   * @throws SessionsError `not_found` when there is no such local file, `too_large` before anything is sent if the size is known.
   */
  async uploadFile(source: UploadSource, options: UploadFileOptions = {}): Promise<RemoteFile> {
    checkCall('uploadFile', options);
    checkProgress(options);
    return uploadFile(this.#connection, source, options);
  }

  /**
   * Downloads a file into memory, or to a local path (complete or not at all), or into a stream. What the stream or
   * `onProgress` fails with is passed on as it is.
   *
   * @throws SessionsError `not_found`.
   */
  async downloadFile(name: string, options?: DownloadFileOptions & { to?: undefined }): Promise<Uint8Array>;
  async downloadFile(
    name: string,
    options: DownloadFileOptions & { to: string | WritableStream<Uint8Array> },
  ): Promise<void>;
  async downloadFile(name: string, options: DownloadFileOptions = {}): Promise<Uint8Array | void> {
    checkCall('downloadFile', options);
    checkProgress(options);
    if (options.to === undefined) return downloadToMemory(this.#connection, name, options);
    return downloadTo(this.#connection, name, options.to, options);
  }

  /** Deletes a file; succeeds if it is gone already. */
  async deleteFile(name: string, options: FileOptions = {}): Promise<void> {
    checkCall('deleteFile', options);
    return deleteFile(this.#connection, name, options);
  }

  /** When the session was made, was last used, and ends. @throws SessionsError `not_found`. */
  async getSession(options: CallOptions = {}): Promise<SessionInfo> {
    checkCall('getSession', options);
    return getSession(this.#connection, options);
  }

  /** Ends the session with its files and variables; succeeds if it is gone already. */
  async deleteSession(options: CallOptions = {}): Promise<void> {
    checkCall('deleteSession', options);
    return deleteSession(this.#connection, options);
  }

  /** The sessions of the pool, page by page as they are read. Their identifiers are secrets. */
  listSessions(options: { signal?: AbortSignal | undefined } = {}): AsyncIterable<SessionInfo> {
    checkCall('listSessions', options);
    return listSessions(this.#connection, options.signal);
  }

  /** What the pool says of itself, as the service sends it: runtimes and installed packages. */
  async getPoolMetadata(options: { signal?: AbortSignal | undefined } = {}): Promise<unknown> {
    checkCall('getPoolMetadata', options);
    return getPoolMetadata(this.#connection, options.signal);
  }
}
