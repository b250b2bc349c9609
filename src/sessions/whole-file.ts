import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSessionsError, SessionsError } from '../errors.js';
import { fileError } from './upload-source.js';

/**
 * Writes a file that is complete or does not come about: into a temporary file beside it, which then takes its place. A
 * symbolic link in its place is replaced, not followed.
 *
 * @throws SessionsError `invalid_request` for a directory in its place, `not_found` for a directory that does not exist;
 * and whatever `pieces` throws.
 */
export async function writeWholeFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  if (path === '' || path.includes('\0'))
    throw new SessionsError('invalid_request', 'The path to download to is empty or holds NUL.');
  await refuseDirectory(path);
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  const handle = await createFile(temporary, path);
  try {
    try {
      for await (const piece of pieces) await writePiece(handle, piece, path);
    } finally {
      await handle.close();
    }
    await rename(temporary, path).catch((error: unknown) => Promise.reject(fileError(error, path)));
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // It may have been renamed or removed already.
    throw error;
  }
}

async function refuseDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // Nothing there is what we hope for.
  if (found?.isDirectory())
    throw new SessionsError('invalid_request', `${JSON.stringify(path)} is a directory where a file is needed.`);
}

async function createFile(temporary: string, path: string): Promise<FileHandle> {
  try {
    return await open(temporary, 'wx');
  } catch (error) {
    throw fileError(error, path);
  }
}

async function writePiece(handle: FileHandle, piece: Uint8Array, path: string): Promise<void> {
  try {
    let written = 0;
    while (written < piece.byteLength) {
      const { bytesWritten } = await handle.write(piece, written, piece.byteLength - written);
      written += bytesWritten;
    }
  } catch (error) {
    throw isSessionsError(error) ? error : fileError(error, path);
  }
}
