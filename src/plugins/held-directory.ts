import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { SessionsError } from '../errors.js';
import { fileError } from '../sessions/upload-source.js';

/** A directory that is held open. */
export interface HeldDirectory {
  /** Leads to it whatever is swapped meanwhile (on Linux; other systems have no such path, and it is the real one). */
  readonly path: string;
  /** Rejects with `path_denied` when its real path has come to mean another directory. */
  confirm(): Promise<void>;
}

/**
 * Holds the directory at a real path open while `use` runs. Errors name the place as `shown`.
 *
 * @throws SessionsError `path_denied` when the path has come to mean another directory since it was resolved, `not_found`
 * when it is gone; and whatever `use` throws.
 */
export async function inHeldDirectory<Outcome>(
  real: string,
  shown: string,
  use: (directory: HeldDirectory) => Promise<Outcome>,
): Promise<Outcome> {
  const held = await hold(real, shown);
  try {
    const stats = await confirm(held, real, shown);
    const byNumber = `/proc/self/fd/${held.fd}`;
    const found = await stat(byNumber).catch(() => undefined); // Only Linux has it.
    if (found && sameFile(found, stats)) return await use({ path: byNumber, confirm: async () => undefined });
    return await use({ path: real, confirm: async () => void (await confirm(held, real, shown)) });
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

async function confirm(held: FileHandle, real: string, shown: string): Promise<Stats> {
  const stats = await held.stat();
  let unchanged: boolean;
  try {
    unchanged = sameFile(stats, await lstat(real)) && (await realpath(real)) === real;
  } catch (error) {
    throw fileError(error, shown);
  }
  if (unchanged) return stats;
  throw new SessionsError('path_denied', `The local path ${JSON.stringify(shown)} changed while it was checked.`);
}

function sameFile(left: Stats, right: Stats): boolean {
  return left.dev === right.dev && left.ino === right.ino;
}
