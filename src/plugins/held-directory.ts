import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { SessionsError } from '../errors.js';
import { fileError } from '../sessions/upload-source.js';

/**
 * Holds the directory at a real path open and runs `use` with a path to it that nothing swapped meanwhile can lead
 * elsewhere (on Linux; other systems have no such path, and are given `real`). Errors name the place as `shown`.
 *
 * @throws SessionsError `path_denied` when the path has come to mean another directory since it was resolved, `not_found`
 * when it is gone; and whatever `use` throws.
 */
export async function inHeldDirectory<Outcome>(
  real: string,
  shown: string,
  use: (directory: string) => Promise<Outcome>,
): Promise<Outcome> {
  const held = await hold(real, shown);
  try {
    return await use(await checkedPath(held, real, shown));
  } finally {
    await held.close();
  }
}

async function hold(real: string, shown: string): Promise<FileHandle> {
  try {
    return await open(real, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw fileError(error, shown);
  }
}

async function checkedPath(held: FileHandle, real: string, shown: string): Promise<string> {
  const stats = await held.stat();
  let unchanged: boolean;
  try {
    unchanged = sameFile(stats, await lstat(real)) && (await realpath(real)) === real;
  } catch (error) {
    throw fileError(error, shown);
  }
  if (!unchanged) {
    throw new SessionsError('path_denied', `The local path ${JSON.stringify(shown)} changed while it was checked.`);
  }
  const byNumber = `/proc/self/fd/${held.fd}`;
  const found = await stat(byNumber).catch(() => undefined); // Only Linux has it.
  return found && sameFile(found, stats) ? byNumber : real;
}

function sameFile(left: Stats, right: Stats): boolean {
  return left.dev === right.dev && left.ino === right.ino;
}
