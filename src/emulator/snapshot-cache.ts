import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { randomUUID } from 'node:crypto';

const FOLDER = 'dynamic-sessions-kernel';
const SUFFIX = '.snapshot';
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
const PRIVATE = 0o700;

/** Where the memory of a fresh interpreter is kept between programs. */
export interface SnapshotCache {
  /** The file's path, if there is one that this user wrote. */
  find(): string | undefined;
  /** The file's path, or nothing if no folder can be written to: then every start is a cold one. */
  store(memory: Uint8Array): string | undefined;
  /** For a file that turned out to be broken. */
  discard(): void;
}

export function createSnapshotCache(key: string, folders: readonly string[] = cacheFolders()): SnapshotCache {
  const paths = folders.map((folder) => join(folder, `${key}${SUFFIX}`));
  return {
    find: () => paths.find((path) => isOurs(path)),
    store: (memory) => {
      for (const folder of folders) {
        const path = join(folder, `${key}${SUFFIX}`);
        if (write(folder, path, memory)) return path;
      }
      return undefined;
    },
    discard: () => {
      for (const path of paths) remove(path);
    },
  };
}

// Written beside its place and renamed: two emulators may do this at once, and a reader sees all of it or nothing.
function write(folder: string, path: string, memory: Uint8Array): boolean {
  const draft = join(folder, `${randomUUID()}.draft`);
  try {
    makeFolder(folder);
    removeOld(folder);
    writeFileSync(draft, memory, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
    return isOurs(path);
  } catch {
    // A folder that cannot be written to is no reason to fail: the next one is tried, and a cold start is the last resort.
    remove(draft);
    return false;
  }
}

// Not `recursive`: that never returns for a folder below /proc, where a home may be said to lie.
function makeFolder(folder: string): void {
  for (const path of [dirname(folder), folder]) {
    if (!existsSync(path)) mkdirSync(path, { mode: PRIVATE });
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // Another emulator may rename its draft or remove the file at the same time.
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats && stats.mtimeMs < Date.now() - MAX_AGE_MS) remove(path);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What cannot be removed is overwritten, or does no harm.
  }
}

// In a folder that others may write to, a file of theirs would be a program of theirs.
function isOurs(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && (process.getuid === undefined || stats.uid === process.getuid());
  } catch {
    return false;
  }
}

function cacheFolders(): string[] {
  const byPlatform: Partial<Record<NodeJS.Platform, string[]>> = {
    darwin: ['Library', 'Caches'],
    win32: ['AppData', 'Local'],
  };
  const shared = join(tmpdir(), `${FOLDER}-${process.getuid?.() ?? 'user'}`);
  const home = homeFolder();
  return home === undefined ? [shared] : [join(home, ...(byPlatform[process.platform] ?? ['.cache']), FOLDER), shared];
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
