import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolders, makeFolder, ownStats, removeOld, removeQuietly } from './cache-folders.js';

const SUFFIX = '.snapshot';
const DRAFT = '.draft';
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

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
    find: () => paths.find((path) => isFileOfOurs(path)),
    store: (memory) => {
      for (const folder of folders) {
        const path = join(folder, `${key}${SUFFIX}`);
        if (write(folder, path, memory)) return path;
      }
      return undefined;
    },
    discard: () => {
      for (const path of paths) removeQuietly(path);
    },
  };
}

// Written beside its place and renamed: two emulators may do this at once, and a reader sees all of it or nothing.
function write(folder: string, path: string, memory: Uint8Array): boolean {
  const draft = join(folder, `${randomUUID()}${DRAFT}`);
  try {
    makeFolder(folder);
    for (const suffix of [SUFFIX, DRAFT]) removeOld(folder, suffix, MAX_AGE_MS);
    writeFileSync(draft, memory, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
    return isFileOfOurs(path);
  } catch {
    // A folder that cannot be written to is no reason to fail: the next one is tried, and a cold start is the last resort.
    removeQuietly(draft);
    return false;
  }
}

function isFileOfOurs(path: string): boolean {
  return ownStats(path)?.isFile() === true;
}
