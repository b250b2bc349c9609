import { randomUUID } from 'node:crypto';
import { isSessionsError } from '../errors.js';
import type { InvocationScope } from '../functions/invocation.js';
import { kernelFunction } from '../functions/kernel-function.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import type { RemoteFile } from '../sessions/remote-file.js';
import { reachOf, SessionsClient } from '../sessions/sessions-client.js';
import type { SessionsClientOptions } from '../sessions/sessions-client-options.js';
import type { UploadSource } from '../sessions/upload-source.js';
import { describeFile } from './describe-file.js';
import { checkAllowedTarget, openAllowedFile, writeAllowedFile } from './local-files.js';
import { prepareImageDirectory, saveImages } from './image-files.js';
import { toModelOutput } from './model-output.js';
import { sayToModel } from './say-to-model.js';
import { SESSION_ID_PARAMETER, sessionKey } from './session-id-parameter.js';
import { inSessionTurn } from './session-turn.js';
import {
  clientOptionsOf,
  readToolSettings,
  type RunOptions,
  type SessionsToolOptions,
  type ToolSettings,
} from './sessions-tool-options.js';

/** What the tools for the different kinds of pools share: a session, its files, and its end. */
export class SessionsTool {
  /** The functions that a model may see and call. */
  readonly modelFunctions: readonly string[];
  readonly #settings: ToolSettings;
  readonly #madeItsId: boolean;
  readonly #deleteOnClose: boolean | undefined;
  readonly #clientOptions: SessionsClientOptions;
  #client: SessionsClient;
  #sessionId: string;

  /** @throws SessionsError `invalid_options` that names what is wrong; nothing is sent yet. */
  constructor(options: SessionsToolOptions, modelFunctions: readonly string[]) {
    this.#madeItsId = options.sessionId === undefined;
    this.#sessionId = options.sessionId ?? randomUUID();
    this.#clientOptions = clientOptionsOf(options);
    this.#client = this.#makeClient();
    this.modelFunctions = Object.freeze([...(options.modelFunctions ?? modelFunctions)]);
    this.#settings = readToolSettings(options);
    this.#deleteOnClose = options.deleteOnClose;
  }

  /** The session that is used unless a call names another. It is a secret: whoever has it and a token opens the session. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /**
   * The client beneath, for this tool's session. It trusts its caller's local paths. After a `restart` it is another one.
   */
  get client(): SessionsClient {
    return this.#client;
  }

  /** Lists the files of the session. */
  @kernelFunction({
    name: 'list_files',
    description: 'Lists the files in /mnt/data of the session, with their sizes.',
    parameters: { sessionId: SESSION_ID_PARAMETER },
  })
  async listFiles(sessionId?: string, scope?: InvocationScope): Promise<RemoteFile[]> {
    const files = await this.#client.listFiles(this.#callOptions(sessionId, scope));
    return sayToModel(files, () => files.map(describeFile).join('\n') || 'There are no files.');
  }

  /**
   * Uploads a file to the session. A string is a local path, which has to lie in one of `uploadDirectories`.
   *
   * @throws SessionsError `path_denied`, and whatever `SessionsClient.uploadFile` throws.
   */
  @kernelFunction({
    name: 'upload_file',
    description: 'Uploads a local file to /mnt/data of the session, where code can read it.',
    parameters: {
      localFilePath: { type: 'string', description: 'The path of the local file.' },
      remoteFilePath: {
        type: 'string',
        description: 'Its name in /mnt/data; by default the name of the local file.',
        required: false,
      },
      sessionId: SESSION_ID_PARAMETER,
    },
    exclusive: sessionKey,
    modelVisible: false,
  })
  async uploadFile(
    source: UploadSource,
    remoteFilePath?: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<RemoteFile> {
    const options = { ...this.#callOptions(sessionId, scope), name: remoteFilePath };
    const file = await inSessionTurn({ ...options, tool: this, scope }, async () => {
      const opened = typeof source === 'string' ? await openAllowedFile(source, this.#settings.uploads) : source;
      return this.#client.uploadFile(opened, options);
    });
    return sayToModel(file, () => `Uploaded: ${describeFile(file)}`);
  }

  /**
   * Downloads a file of the session. A local path has to lie in one of `downloadDirectories`; its directory has to exist.
   *
   * @throws SessionsError `path_denied` before anything is downloaded, and whatever `SessionsClient.downloadFile` throws.
   */
  @kernelFunction({
    name: 'download_file',
    description: 'Downloads a file from /mnt/data of the session to a local path.',
    parameters: {
      remoteFilePath: { type: 'string', description: 'The name of the file in /mnt/data.' },
      localFilePath: { type: 'string', description: 'The local path to save it at.', required: false },
      sessionId: SESSION_ID_PARAMETER,
    },
    exclusive: sessionKey,
    modelVisible: false,
  })
  async downloadFile(
    remoteFilePath: string,
    localFilePath?: string,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<Uint8Array> {
    if (localFilePath !== undefined) await checkAllowedTarget(localFilePath, this.#settings.downloads);
    const options = this.#callOptions(sessionId, scope);
    const bytes = await inSessionTurn({ ...options, tool: this, scope }, () =>
      this.#client.downloadFile(remoteFilePath, options),
    );
    if (localFilePath !== undefined) await writeAllowedFile(localFilePath, bytes, this.#settings.downloads);
    const place = localFilePath === undefined ? '' : `, saved as ${localFilePath}`;
    return sayToModel(bytes, () => `Downloaded ${remoteFilePath}: ${bytes.byteLength} bytes${place}`);
  }

  /** Begins afresh: ends the session with its variables and files. A tool that made its id takes a new one. */
  async restart(): Promise<void> {
    const ended = this.#sessionId;
    const mayExist = this.#sessionMayExist();
    if (this.#madeItsId) {
      this.#sessionId = randomUUID();
      this.#client = this.#makeClient();
    }
    if (mayExist) await this.#end(ended);
  }

  /**
   * Ends the session if `deleteOnClose` says so; succeeds if it has ended already, and at once if it never came about,
   * since no request for it had a connection. A version of the service that cannot
   * delete sessions lets the pool's cooldown do it, unless `deleteOnClose` was asked for.
   */
  async close(): Promise<void> {
    if (!(this.#deleteOnClose ?? this.#madeItsId)) return;
    if (!this.#sessionMayExist()) return;
    await this.#end(this.#sessionId);
    reachOf(this.#client)?.reset();
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs something and gives its result words for the model; its pictures are saved, where that is asked for. */
  protected async present(
    run: (client: SessionsClient, options: RunOptions) => Promise<ExecutionResult>,
    sessionId?: string,
    scope?: InvocationScope,
  ): Promise<ExecutionResult> {
    const { imageDirectory, maxOutputChars, timeoutInSeconds } = this.#settings;
    if (imageDirectory !== undefined) await prepareImageDirectory(imageDirectory);
    const options = { ...this.#callOptions(sessionId, scope), timeoutInSeconds };
    const result = await inSessionTurn({ ...options, tool: this, scope }, () => run(this.#client, options));
    const saved = imageDirectory === undefined ? { ...result } : await saveImages(result, imageDirectory);
    return sayToModel(saved, () => toModelOutput(saved, maxOutputChars));
  }

  /** What every call of the client is given. */
  #callOptions(sessionId?: string, scope?: InvocationScope): { identifier: string; signal?: AbortSignal } {
    return { identifier: sessionId ?? this.#sessionId, ...(scope ? { signal: scope.signal } : {}) };
  }

  /** A session with a given id may have been made by somebody else. */
  #sessionMayExist(): boolean {
    return !this.#madeItsId || reachOf(this.#client)?.mayHaveArrived !== false;
  }

  #makeClient(): SessionsClient {
    return new SessionsClient({ ...this.#clientOptions, identifier: this.#sessionId });
  }

  async #end(identifier: string): Promise<void> {
    try {
      await this.#client.deleteSession({ identifier });
    } catch (error) {
      const cannot = isSessionsError(error) && error.code === 'unsupported';
      if (!cannot || !this.#madeItsId || this.#deleteOnClose === true) throw error;
    }
  }
}
