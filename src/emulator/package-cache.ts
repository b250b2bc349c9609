import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SessionsError } from '../errors.js';
import { cacheFolders, makeFolder, ownStats, removeOld, removeQuietly } from './cache-folders.js';
import type { LockedPackage } from './package-index.js';

const FOLDER = 'packages';
const DRAFT = '.draft';
const MAX_DRAFT_AGE_MS = 24 * 60 * 60 * 1000;

/** The packages of one version of Pyodide that were downloaded once. */
export interface PackageCache {
  /** A real path with a slash at the end. */
  readonly directory: string;
  /** Whether the file is there and is what the lock file says. */
  has(wanted: LockedPackage): Promise<boolean>;
  /** Writes what comes, to its end; only what has the right hash gets its place. Rejects otherwise, and leaves nothing. */
  store(wanted: LockedPackage, content: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Throws `invalid_options` if there is no folder that this user can use. */
export function createPackageCache(version: string, folders: readonly string[] = cacheFolders()): PackageCache {
  const directory = usableFolder(version, folders);
  // A file gets its place only once and complete, so one look at its content is enough.
  const verified = new Set<string>();
  return {
    directory,
    has: async ({ fileName, sha256 }) => {
      const path = directory + fileName;
      if (ownStats(path)?.isFile() !== true) return false;
      if (verified.has(fileName)) return true;
      // Somebody may be clearing the cache.
      const content = await readFile(path).catch(() => undefined);
      const isSame = content !== undefined && createHash('sha256').update(content).digest('hex') === sha256;
      if (isSame) verified.add(fileName);
      return isSame;
    },
    store: async ({ fileName, sha256 }, content) => {
      const draft = join(directory, `${randomUUID()}${DRAFT}`);
      try {
        if ((await writeDraft(draft, content)) !== sha256) {
          throw new Error('what came does not have the hash of the lock file, and was thrown away');
        }
        // Others may do this at the same time: a reader sees all of the file or nothing.
        await rename(draft, directory + fileName);
        verified.add(fileName);
      } catch (error) {
        removeQuietly(draft);
        throw error;
      }
    },
  };
}

async function writeDraft(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function usableFolder(version: string, folders: readonly string[]): string {
  for (const folder of folders) {
    const directory = join(folder, FOLDER, version);
    try {
      for (const path of [folder, join(folder, FOLDER), directory]) makeFolder(path);
      if (ownStats(directory)?.isDirectory() !== true) continue;
      removeOld(directory, DRAFT, MAX_DRAFT_AGE_MS);
      return realpathSync(directory) + sep;
    } catch {
      // The next one may do.
    }
  }
  throw new SessionsError(
    'invalid_options',
    `No folder for the emulator's packages can be made (tried: ${folders.join(', ')}); make one, or use packages 'off'.`,
  );
}
