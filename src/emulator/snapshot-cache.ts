import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolders, makeFolder, ownStats, removeOld, removeQuietly } from './cache-folders.js';

const SUFFIX = '.snapshot';
const DRAFT = '.draft';
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
const HASH_CHARACTERS = 32;

/** Where the memory of a fresh interpreter is kept between programs. */
export interface SnapshotCache {
  /** The path of a file that this user wrote, if there is one. */
  find(): string | undefined;
  /** Whether it holds what was written: a power cut may have left zeros in it, and an interpreter would go wrong much later. */
  isSound(path: string): Promise<boolean>;
  /** The file's path, or nothing if no folder can be written to: then every start is a cold one. */
  store(memory: Uint8Array): string | undefined;
  /** For a file that turned out to be broken: it is not found again. */
  discard(path: string): void;
}

/** A file's name has the hash of its content: whoever writes at the same time writes another one, or the same. */
export function createSnapshotCache(key: string, folders: readonly string[] = cacheFolders()): SnapshotCache {
  const sound = new Map<string, Promise<boolean>>();
  const discarded = new Set<string>();
  return {
    find: () =>
      folders
        .flatMap((folder) => namesIn(folder, key).map((name) => join(folder, name)))
        .find((path) => !discarded.has(path) && ownStats(path)?.isFile() === true),
    isSound: (path) => {
      const answer = sound.get(path) ?? hasItsHash(path);
      sound.set(path, answer);
      return answer;
    },
    store: (memory) => {
      const name = `${key}.${hashOf(memory)}${SUFFIX}`;
      for (const folder of folders) {
        const path = join(folder, name);
        if (!write(folder, path, memory)) continue;
        discarded.delete(path);
        sound.set(path, Promise.resolve(true));
        return path;
      }
      return undefined;
    },
    discard: (path) => {
      discarded.add(path);
      removeQuietly(path);
    },
  };
}

function namesIn(folder: string, key: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${key}.`) && name.endsWith(SUFFIX))
      .sort();
  } catch {
    // There is none, or none of ours.
    return [];
  }
}

async function hasItsHash(path: string): Promise<boolean> {
  const memory = await readFile(path).catch(() => undefined);
  return memory !== undefined && path.endsWith(`.${hashOf(memory)}${SUFFIX}`);
}

function hashOf(memory: Uint8Array): string {
  return createHash('sha256').update(memory).digest('hex').slice(0, HASH_CHARACTERS);
}

// Written beside its place and renamed: two emulators may do this at once, and a reader sees all of it or nothing.
function write(folder: string, path: string, memory: Uint8Array): boolean {
  const draft = join(folder, `${randomUUID()}${DRAFT}`);
  try {
    makeFolder(folder);
    for (const suffix of [SUFFIX, DRAFT]) removeOld(folder, suffix, MAX_AGE_MS);
    writeFileSync(draft, memory, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
    return ownStats(path)?.isFile() === true;
  } catch {
    // A folder that cannot be written to is no reason to fail: the next one is tried, and a cold start is the last resort.
    removeQuietly(draft);
    return false;
  }
}
