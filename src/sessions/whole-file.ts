import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSessionsError, SessionsError } from '../errors.js';
import { fileError } from './upload-source.js';

/** Where a file is written, and what errors call the place. */
export interface WholeFileTarget {
  readonly path: string;
  /** @default the path */
  readonly shown?: string;
  /** Is asked once all is written, before the file takes its place. */
  readonly confirm?: () => Promise<void>;
}

/**
 * Writes a file that is complete or does not come about, and gives its size: into a temporary file beside it, which then
 * takes its place. A symbolic link in its place is replaced, not followed.
 *
 * @throws SessionsError `invalid_request` for a directory, a device or a pipe in its place, `not_found` for a directory that
 * does not exist; and whatever `pieces` throws.
 */
export async function writeWholeFile(
  { path, shown = path, confirm }: WholeFileTarget,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  if (path === '' || path.includes('\0'))
    throw new SessionsError('invalid_request', 'The path to download to is empty or holds NUL.');
  await refuseOther(path, shown);
  const temporary = join(dirname(path), `.download-${randomUUID()}.part`);
  const handle = await createFile(temporary, shown);
  let size = 0;
  try {
    try {
      for await (const piece of pieces) {
        await writePiece(handle, piece, shown);
        size += piece.byteLength;
      }
    } finally {
      await handle.close();
    }
    await confirm?.();
    await refuseOther(path, shown);
    await rename(temporary, path).catch((error: unknown) => Promise.reject(fileError(error, shown)));
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // It may have been renamed or removed already.
    throw error;
  }
  return size;
}

/** Taking the place of a device would take it away from everybody. */
async function refuseOther(path: string, shown: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // Nothing there is what we hope for.
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? 'a directory' : 'a device, a pipe or a socket';
  throw new SessionsError('invalid_request', `${JSON.stringify(shown)} is ${what} where a file is needed.`);
}

async function createFile(temporary: string, shown: string): Promise<FileHandle> {
  try {
    return await open(temporary, 'wx');
  } catch (error) {
    const failure = fileError(error, shown);
    if (failure.code !== 'not_found') throw failure;
    throw new SessionsError('not_found', `The directory of ${JSON.stringify(shown)} does not exist; make it first.`);
  }
}

async function writePiece(handle: FileHandle, piece: Uint8Array, shown: string): Promise<void> {
  try {
    let written = 0;
    while (written < piece.byteLength) {
      const { bytesWritten } = await handle.write(piece, written, piece.byteLength - written);
      written += bytesWritten;
    }
  } catch (error) {
    throw isSessionsError(error) ? error : fileError(error, shown);
  }
}
