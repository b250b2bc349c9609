import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { SessionsError } from '../errors.js';
import type { OpenSource } from './open-source.js';
import { openNodeStream, openWebStream } from './stream-source.js';

/** What can be uploaded. A string is the path of a local file. */
export type UploadSource = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Larger pieces pile up to more memory than the collector takes back in time. */
const PIECE_BYTES = 16 * 1024;
/** Linux and macOS open no longer path. */
export const LONGEST_PATH = 4096;
const nothingToClose = async (): Promise<void> => undefined;

/**
 * Opens a source. A file is opened once and stays that file, whatever its path comes to mean meanwhile.
 *
 * @throws SessionsError `not_found` for a file that does not exist, `invalid_request` for a directory or a device in its place,
 * `invalid_options` for something that is no source.
 */
export async function openUploadSource(source: UploadSource): Promise<OpenSource> {
  if (typeof source === 'string') return openFile(source);
  if (source instanceof OpenLocalFile) return source;
  if (source instanceof Uint8Array) {
    return { sizeInBytes: source.byteLength, replayable: true, read: () => pieces(source), close: nothingToClose };
  }
  if (source instanceof Blob) {
    const name: unknown = Reflect.get(source, 'name');
    return {
      ...(typeof name === 'string' && name !== '' ? { name: basename(name) } : {}),
      sizeInBytes: source.size,
      replayable: true,
      read: () => source.stream(),
      close: nothingToClose,
    };
  }
  if (source instanceof ReadableStream) return openWebStream(source);
  if (source instanceof Readable) return openNodeStream(source);
  if (isAsyncIterable(source)) return { replayable: false, read: () => source, close: nothingToClose };
  throw new SessionsError(
    'invalid_options',
    'The source of an upload is a path, a Uint8Array, a Blob, a stream or an async iterable of Uint8Array.',
  );
}

/** A local file that is open already; whoever uploads it closes it. */
export class OpenLocalFile implements OpenSource, AsyncIterable<Uint8Array> {
  readonly replayable = true;

  private constructor(
    private readonly handle: FileHandle,
    readonly name: string,
    readonly sizeInBytes: number,
  ) {}

  /** Takes over an open file. @throws SessionsError `invalid_request` for anything but a regular file, which is closed then. */
  static async from(handle: FileHandle, path: string): Promise<OpenLocalFile> {
    try {
      const stats = await handle.stat();
      if (stats.isFile()) return new OpenLocalFile(handle, basename(path), stats.size);
      const found = stats.isDirectory() ? 'a directory' : 'no regular file';
      throw new SessionsError(
        'invalid_request',
        `Only files can be uploaded, and ${JSON.stringify(path)} is ${found}.`,
      );
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  read(): AsyncGenerator<Uint8Array, void, undefined> {
    return readFile(this.handle, this.sizeInBytes);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.read();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function openFile(path: string): Promise<OpenSource> {
  if (path === '' || path.includes('\0'))
    throw new SessionsError('invalid_request', 'The path of the file to upload is empty or holds NUL.');
  return OpenLocalFile.from(await openForReading(path, constants.O_RDONLY), path);
}

/** Opens a file without waiting for a writer, should it be a pipe. @throws SessionsError as `openUploadSource`. */
export async function openForReading(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags | constants.O_NONBLOCK);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Says what a failure of the local file system means. */
export function fileError(error: unknown, path: string): SessionsError {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const shown = shownPath(path);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new SessionsError('not_found', `There is no local file ${shown}.${textNote(path)}`);
  if (code === 'EISDIR') return new SessionsError('invalid_request', `${shown} is a directory where a file is needed.`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP') {
    return new SessionsError('path_denied', `The operating system denies access to ${shown} (${code}).`);
  }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SessionsError('invalid_request', `The disk is full: ${shown} could not be written (${code}).`);
  return new SessionsError(
    'invalid_request',
    `The local file ${shown} cannot be used (${typeof code === 'string' ? code : 'unknown failure'}).${textNote(path)}`,
  );
}

/** A path as errors show it: what was to be uploaded itself, and is taken for a path, is not repeated. */
export function shownPath(path: string): string {
  return isContent(path) ? `[a text of ${path.length} characters]` : JSON.stringify(path);
}

/** What to do with a text that is no path. */
export function textNote(path: string): string {
  return isContent(path) ? ' To upload a text itself, pass its bytes: Buffer.from(text).' : '';
}

function isContent(path: string): boolean {
  return path.length > LONGEST_PATH || /[\r\n]/.test(path);
}

async function* readFile(handle: FileHandle, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0;
  while (position < size) {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new SessionsError('invalid_request', 'The file became shorter while it was uploaded.');
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
