import { existsSync, mkdirSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const FOLDER = 'dynamic-sessions-kernel';
const PRIVATE = 0o700;

/** Where things are kept between programs: the first of these that can be written to. */
export function cacheFolders(): string[] {
  const byPlatform: Partial<Record<NodeJS.Platform, string[]>> = {
    darwin: ['Library', 'Caches'],
    win32: ['AppData', 'Local'],
  };
  const shared = join(tmpdir(), `${FOLDER}-${process.getuid?.() ?? 'user'}`);
  const home = homeFolder();
  return home === undefined ? [shared] : [join(home, ...(byPlatform[process.platform] ?? ['.cache']), FOLDER), shared];
}

/** Makes a folder and the one it lies in. Not `recursive`: that never returns below /proc, where a home may be said to lie. */
export function makeFolder(folder: string): void {
  for (const path of [dirname(folder), folder]) {
    if (!existsSync(path)) makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: PRIVATE });
  } catch (error) {
    // Another program may have made it in the meantime.
    if (!existsSync(path)) throw error;
  }
}

/** Of what is there and this user's: in a folder that others may write to, a file of theirs would be a program of theirs. */
export function ownStats(path: string): Stats | undefined {
  try {
    const stats = statSync(path);
    return process.getuid === undefined || stats.uid === process.getuid() ? stats : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the files in it that end so and that nobody has written to for that long. */
export function removeOld(folder: string, suffix: string, maxAgeMs: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // Another emulator may rename or remove it at the same time.
    const stats = name.endsWith(suffix) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (stats && stats.mtimeMs < Date.now() - maxAgeMs) removeQuietly(path);
  }
}

/** What cannot be removed is overwritten, or does no harm. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Said above.
  }
}

// A container's user may be a mere number, without a home; an empty one would mean the current folder.
function homeFolder(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}
