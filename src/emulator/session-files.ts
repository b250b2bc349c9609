import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { directorySegments, resolveDirectory } from './data-path.js';
import { ServiceFailure } from './service-failure.js';

/** A file or folder of a session. */
export interface StoredFile {
  readonly name: string;
  /** Below the data folder; empty for the data folder itself. */
  readonly directory: string;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly modifiedAt: Date;
}

/**
 * What the HTTP side sees of a session's data folder: the folder itself, whatever the interpreter does at that time. Only
 * plain files and folders are there for it, and links are never followed.
 */
export class SessionFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(path: string | null, recursive: boolean): Promise<StoredFile[]> {
    const segments = directorySegments(path);
    const directory = await this.#existing(segments);
    return listDirectory(directory, segments, recursive);
  }

  async get(path: string | null, name: string): Promise<StoredFile> {
    const segments = directorySegments(path);
    const stats = await lstat(join(await this.#existing(segments), name)).catch(() => undefined);
    if (!stats || !isPlain(stats)) throw notFound();
    return describe(name, segments, stats);
  }

  /** The caller closes the handle. */
  async open(path: string | null, name: string): Promise<{ handle: FileHandle; size: number }> {
    const directory = await this.#existing(directorySegments(path));
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const handle = await open(join(directory, name), flags).catch(() => undefined);
    const stats = await handle?.stat();
    if (handle && stats?.isFile()) return { handle, size: stats.size };
    await handle?.close();
    throw stats?.isDirectory() ? notFound('This is a folder, not a file.') : notFound();
  }

  /** Moves a complete file into its place, over one that may be there; missing folders are made. */
  async put(path: string | null, name: string, complete: string): Promise<StoredFile> {
    const segments = directorySegments(path);
    const directory = await this.#made(segments);
    const target = join(directory, name);
    const present = await lstat(target).catch(() => undefined);
    if (present?.isDirectory()) {
      throw new ServiceFailure(400, 'SessionRequestValidationFailed', 'A folder has this name already.');
    }
    await rename(complete, target);
    return describe(name, segments, await lstat(target));
  }

  // What the service does with a folder is not known. A client takes a 404 for success, and here nothing would be deleted.
  async delete(path: string | null, name: string): Promise<void> {
    const target = join(await this.#existing(directorySegments(path)), name);
    const stats = await lstat(target).catch(() => undefined);
    if (stats?.isDirectory()) {
      throw new ServiceFailure(400, 'SessionRequestValidationFailed', 'This is a folder; only files can be deleted.');
    }
    if (!stats?.isFile()) throw notFound();
    await rm(target);
  }

  async #existing(segments: readonly string[]): Promise<string> {
    const directory = await resolveDirectory(this.#root, segments);
    if (directory === undefined) throw notFound();
    return directory;
  }

  async #made(segments: readonly string[]): Promise<string> {
    for (let depth = 1; depth <= segments.length; depth += 1) {
      const parent = await this.#existing(segments.slice(0, depth - 1));
      await mkdir(join(parent, segments[depth - 1] ?? '')).catch(() => undefined);
    }
    return this.#existing(segments);
  }
}

async function listDirectory(directory: string, segments: readonly string[], deep: boolean): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  // Code may lock or remove a folder that is listed with the one above.
  const names = await readdir(directory).catch((error: unknown) => {
    if (segments.length === 0) throw error;
    return [];
  });
  for (const name of names.sort()) {
    // Code may remove a file while it is being listed.
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (!stats || !isPlain(stats)) continue;
    found.push(describe(name, segments, stats));
    if (deep && stats.isDirectory())
      found.push(...(await listDirectory(join(directory, name), [...segments, name], deep)));
  }
  return found;
}

function describe(name: string, segments: readonly string[], stats: Stats): StoredFile {
  const { size, mtime } = stats;
  return { name, directory: segments.join('/'), isDirectory: stats.isDirectory(), size, modifiedAt: mtime };
}

function isPlain(stats: Stats): boolean {
  return stats.isFile() || stats.isDirectory();
}

function notFound(message = 'There is no such file or folder in the session.'): ServiceFailure {
  return new ServiceFailure(404, 'FileNotFound', message);
}
