import { copyOf } from '../copy-of.js';
import type { InvocationScope } from '../functions/invocation.js';
import { kernelFunction } from '../functions/kernel-function.js';
import { downloadToPath } from '../sessions/download-file.js';
import { execute, type ExecuteOptions } from '../sessions/execute.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import type { PoolConnection } from '../sessions/pool-connection.js';
import type { RemoteFile } from '../sessions/remote-file.js';
import { connectionOf, type SessionsClient } from '../sessions/sessions-client.js';
import type { WithAbortable } from '../sessions/sessions-client-options.js';
import { uploadFile } from '../sessions/upload-file.js';
import type { UploadSource } from '../sessions/upload-source.js';
import { writeWholeFile } from '../sessions/whole-file.js';
import { describeDownload, describeFile } from './describe-file.js';
import { DOWNLOAD_FILE, LIST_FILES, UPLOAD_FILE } from './file-functions.js';
import { checkAllowedTarget, openAllowedFile, type SavedFile, writeAllowedFile } from './local-files.js';
import { prepareImageDirectory, saveImages } from './image-files.js';
import { toModelOutput } from './model-output.js';
import { sayToModel } from './say-to-model.js';
import {
  clientOptionsOf,
  readToolSettings,
  type SessionsToolOptions,
  type ToolSettings,
} from './sessions-tool-options.js';
import { SessionSetup } from './session-setup.js';
import { type SessionCall, ToolSession } from './tool-session.js';

/** How something is run in a session. */
type RunOptions = WithAbortable<ExecuteOptions> & { readonly identifier: string };

/** What the tools for the different kinds of pools share: a session, its files, and its end. */
export class SessionsTool {
  /** The functions that a model may see and call. */
  readonly modelFunctions: readonly string[];
  readonly #settings: ToolSettings;
  readonly #setup = new SessionSetup();
  readonly #session: ToolSession;

  /** @throws SessionsError `invalid_options` that names what is wrong; nothing is sent yet. */
  constructor(options: SessionsToolOptions, modelFunctions: readonly string[]) {
    this.#settings = readToolSettings(options, modelFunctions);
    this.modelFunctions = this.#settings.modelFunctions;
    this.#session = new ToolSession({
      tool: this,
      clientOptions: clientOptionsOf(options),
      sessionId: options.sessionId,
      deleteOnClose: this.#settings.deleteOnClose,
      deleteAfterRun: this.#settings.deleteAfterRun,
      onEnd: (identifier) => this.#setup.forget(identifier),
    });
  }

  /** The session that is used unless a call names another. It is a secret: whoever has it and a token opens the session. */
  get sessionId(): string {
    return this.#session.id;
  }

  /** The client beneath, of this session. It trusts its caller's local paths; after a `restart` it is another one. */
  get client(): SessionsClient {
    return this.#session.client;
  }

  /** Lists the files of the session. */
  @kernelFunction(LIST_FILES)
  async listFiles(sessionId?: string, scope?: InvocationScope): Promise<RemoteFile[]> {
    const call = { sessionId, scope, isConcurrent: true };
    const files = await this.#session.call(call, ({ client, options }) => client.listFiles(options));
    return sayToModel(files, () => files.map(describeFile).join('\n') || 'There are no files.');
  }

  /**
   * Uploads a file to the session. A string is a local path, which has to lie in one of `uploadDirectories`.
   *
   * @throws SessionsError `path_denied`, and whatever `SessionsClient.uploadFile` throws.
   */
  @kernelFunction(UPLOAD_FILE)
  async uploadFile(
    source: UploadSource,
    remoteFilePath?: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<RemoteFile> {
    const file = await this.#session.call({ sessionId, scope }, async ({ client, options }) => {
      const opened = typeof source === 'string' ? await openAllowedFile(source, this.#settings.uploads) : source;
      const named = { ...options, name: remoteFilePath, namedAs: 'remoteFilePath' } as const;
      return uploadFile(connectionOf(client), opened, named);
    });
    return sayToModel(file, () => `Uploaded: ${describeFile(file)}`);
  }

  /**
   * Downloads a file of the session, and gives its bytes. A local path has to lie in one of `downloadDirectories`; its
   * directory has to exist. For large files there is `saveFile`.
   *
   * @throws SessionsError `path_denied` before anything is downloaded, and whatever `SessionsClient.downloadFile` throws.
   */
  async downloadFile(
    remoteFilePath: string,
    localFilePath?: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<Uint8Array> {
    const { downloads } = this.#settings;
    const check = () => (localFilePath === undefined ? undefined : checkAllowedTarget(localFilePath, downloads));
    const bytes = await this.#session.call({ sessionId, scope, check }, ({ client, options }) =>
      client.downloadFile(remoteFilePath, options),
    );
    if (localFilePath !== undefined)
      await writeAllowedFile(localFilePath, downloads, (target) => writeWholeFile(target, [bytes]));
    return sayToModel(bytes, () => describeDownload(remoteFilePath, bytes.byteLength, localFilePath));
  }

  /**
   * Downloads a file of the session to a local path, complete or not at all; memory does not grow with it. Otherwise as
   * `downloadFile`.
   */
  async saveFile(
    remoteFilePath: string,
    localFilePath: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<SavedFile> {
    const sizeInBytes = await this.#session.call({ sessionId, scope }, ({ client, options }) =>
      writeAllowedFile(localFilePath, this.#settings.downloads, (target) =>
        downloadToPath(connectionOf(client), remoteFilePath, { ...options, target }),
      ),
    );
    const say = (): string => describeDownload(remoteFilePath, sizeInBytes, localFilePath);
    return sayToModel({ localFilePath, sizeInBytes }, say);
  }

  /** What a kernel calls: nobody there asks for the bytes of a file that is saved. */
  @kernelFunction(DOWNLOAD_FILE)
  protected async downloadOrSave(
    remoteFilePath: string,
    localFilePath?: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<Uint8Array | SavedFile> {
    if (localFilePath === undefined) return this.downloadFile(remoteFilePath, undefined, sessionId, scope);
    return this.saveFile(remoteFilePath, localFilePath, sessionId, scope);
  }

  /**
   * Begins afresh: ends the session with its variables and files. A tool that made its id takes a new one. Calls that are
   * under way reject with `not_found`; those that wait for their turn get the new session. When the old one cannot be deleted
   * it rejects, has begun afresh nevertheless, and the next `restart` or `close` tries again.
   */
  async restart(): Promise<void> {
    await this.#session.restart();
  }

  /**
   * Ends the session if `deleteOnClose` says so; succeeds if it has ended already, and at once if it never came about: each
   * request had no connection, or was refused (401, 403, no room). Calls that are under way or wait for their turn, in a
   * kernel too, reject with `not_found`; a later one begins the session anew. A version of the service that cannot delete
   * sessions lets the pool's cooldown do it, unless `deleteOnClose` was asked for. Sessions that `restart` or `deleteAfterRun`
   * could not delete are tried again whatever `deleteOnClose` says; what cannot be deleted now is left for the next `close`.
   */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs code, in a session that `setupCode` has run in; otherwise as `present`. */
  protected async presentCode(
    code: string,
    { setupCode, ...call }: SessionCall & { setupCode: string | undefined },
  ): Promise<ExecutionResult> {
    return await this.present(async (connection, options) => {
      const { identifier } = options;
      if (setupCode !== undefined) await this.#setup.ensure(identifier, () => execute(connection, setupCode, options));
      const result = await execute(connection, code, options);
      if (result.error?.name === 'ExecutionAborted') this.#setup.forget(identifier);
      return result;
    }, call);
  }

  /** Runs something and gives its result words for the model; its pictures are saved, where that is asked for. */
  protected async present(
    run: (connection: PoolConnection, options: RunOptions) => Promise<ExecutionResult>,
    call: SessionCall,
  ): Promise<ExecutionResult> {
    const { imageDirectory, maxOutputChars, timeoutInSeconds } = this.#settings;
    const check = async (): Promise<void> => {
      await call.check?.();
      if (imageDirectory !== undefined) await prepareImageDirectory(imageDirectory);
    };
    const result = await this.#session.run({ ...call, check }, ({ client, identifier, abortable: signal }) =>
      run(connectionOf(client), { identifier, signal, timeoutInSeconds }),
    );
    const saved = imageDirectory === undefined ? copyOf(result) : await saveImages(result, imageDirectory);
    return sayToModel(saved, () => toModelOutput(saved, maxOutputChars));
  }
}
