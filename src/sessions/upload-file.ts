import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { SessionsError } from '../errors.js';
import type { HttpBody } from '../http/http-request.js';
import { readJsonAnswer } from '../http/json-answer.js';
import { directoryQuery, getFile, type FileOptions } from './file-operations.js';
import { addressed, type PoolConnection, sessionOf } from './pool-connection.js';
import { readRemoteFile, type RemoteFile } from './remote-file.js';
import { readRemotePath, type RemotePath } from './remote-path.js';
import { asFields } from './json-fields.js';
import type { OpenSource } from './open-source.js';
import { openUploadSource, type UploadSource } from './upload-source.js';

/** How much of a file has gone through. */
export interface Progress {
  readonly bytes: number;
  /** Where it is known. */
  readonly totalBytes?: number;
}

/** How a file is uploaded. */
export interface UploadFileOptions extends FileOptions {
  /**
   * The name in the session; may have directories before it, but no quotation mark, backslash or control character in it.
   * @default the name of the local file
   */
  name?: string | undefined;
  /** Called for every piece that is handed to the connection; begins anew when the upload is sent again. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What whoever uploads knows the name as, for the messages. */
type NamedAs = { readonly namedAs?: 'name' | 'remoteFilePath' };

/** The service refuses larger files, after they have been sent. */
export const LARGEST_UPLOAD_BYTES = 128 * 1024 * 1024;

/** Uploads a file, piece by piece: memory does not grow with it. A file that is opened for it is closed in every case. */
export async function uploadFile(
  connection: PoolConnection,
  from: UploadSource,
  options: UploadFileOptions & NamedAs,
): Promise<RemoteFile> {
  const source = await openUploadSource(from);
  try {
    const path = readRemotePath(nameFor(source, options), options.directory);
    refuseAmbiguous(path.name, options);
    if ((source.sizeInBytes ?? 0) > LARGEST_UPLOAD_BYTES) throw tooLarge();
    const operation = 'Uploading the file';
    const request = addressed(connection, {
      operation,
      method: 'POST',
      replay: 'upload',
      segments: connection.wire.uploadRoute,
      query: directoryQuery(connection, path.directory),
      identifier: sessionOf(connection, options),
      body: multipartBody(source, path, options.onProgress),
      signal: options.signal,
    });
    const body = readJsonAnswer(await connection.http.send(request), operation);
    return isEmptyList(body)
      ? await getFile(connection, path.name, { ...options, directory: path.directory })
      : readRemoteFile(body, path);
  } finally {
    await source.close();
  }
}

function nameFor(source: OpenSource, { name, namedAs = 'name' }: UploadFileOptions & NamedAs): string {
  const found = name ?? source.name;
  if (found !== undefined) return found;
  throw new SessionsError('invalid_options', `What is uploaded has no name of its own: pass \`${namedAs}\`.`);
}

function multipartBody(
  source: OpenSource,
  { name }: RemotePath,
  onProgress: UploadFileOptions['onProgress'],
): HttpBody {
  const boundary = `dynamic-sessions-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { sizeInBytes: totalBytes } = source;
  const lengthInBytes = totalBytes === undefined ? undefined : head.length + totalBytes + tail.length;

  async function* parts(onBytes: () => void): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    yield head;
    for await (const piece of source.read()) {
      if (!(piece instanceof Uint8Array))
        throw new SessionsError('invalid_options', 'The source of the upload gave something other than a Uint8Array.');
      bytes += piece.byteLength;
      if (bytes > LARGEST_UPLOAD_BYTES) throw tooLarge();
      yield piece;
      onBytes();
      onProgress?.({ bytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
    }
    yield tail;
  }

  return {
    type: 'stream',
    contentType: `multipart/form-data; boundary=${boundary}`,
    lengthInBytes,
    replayable: source.replayable,
    open: (onBytes) => Readable.from(parts(onBytes), { objectMode: false }),
  };
}

/**
 * The form carries names as they are, in UTF-8, as browsers do. Quotation marks, backslashes and control characters mean
 * something else there, and what receivers make of their escapes differs: the file would arrive under another name.
 */
function refuseAmbiguous(name: string, { namedAs = 'name' }: NamedAs): void {
  // oxlint-disable-next-line no-control-regex -- these are what this is about
  if (!/["\\\u0000-\u001f\u007f]/.test(name)) return;
  throw new SessionsError(
    'invalid_request',
    `A file cannot be uploaded under the name ${JSON.stringify(name)}, which holds a quotation mark, a backslash or a control character: pass another as \`${namedAs}\`.`,
  );
}

function isEmptyList(body: unknown): boolean {
  const listed: unknown = asFields(body)?.['value'] ?? body;
  return Array.isArray(listed) && listed.length === 0;
}

function tooLarge(): SessionsError {
  return new SessionsError(
    'too_large',
    'The file is larger than the 128 MB that the service takes; split it or compress it.',
  );
}
