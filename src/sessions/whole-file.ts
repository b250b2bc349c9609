import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSessionsError, SessionsError } from '../errors.js';
import { fileError } from './upload-source.js';

/**
 * Writes a file that is complete or does not come about: into a temporary file beside it, which then takes its place. A
 * symbolic link in its place is replaced, not followed. Errors name it as `shown`.
 *
 * @throws SessionsError `invalid_request` for a directory in its place, `not_found` for a directory that does not exist;
 * and whatever `pieces` throws.
 */
export async function writeWholeFile(path: string, pieces: AsyncIterable<Uint8Array>, shown = path): Promise<void> {
  if (path === '' || path.includes('\0'))
    throw new SessionsError('invalid_request', 'The path to download to is empty or holds NUL.');
  await refuseDirectory(path, shown);
  const temporary = join(dirname(path), `.download-${randomUUID()}.part`);
  const handle = await createFile(temporary, shown);
  try {
    try {
      for await (const piece of pieces) await writePiece(handle, piece, shown);
    } finally {
      await handle.close();
    }
    await rename(temporary, path).catch((error: unknown) => Promise.reject(fileError(error, shown)));
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // It may have been renamed or removed already.
    throw error;
  }
}

async function refuseDirectory(path: string, shown: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // Nothing there is what we hope for.
  if (found?.isDirectory())
    throw new SessionsError('invalid_request', `${JSON.stringify(shown)} is a directory where a file is needed.`);
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
