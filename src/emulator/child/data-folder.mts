import type { Stats } from 'node:fs';
import type { DataQuota } from './data-quota.mjs';
import type { EmscriptenFS, FileNode } from './pyodide-types.mjs';
import { ERRNO } from './system-errors.mjs';

/** Where the nodes of the mounted folder lie on the host. */
export interface DataFolder {
  readonly fs: EmscriptenFS;
  readonly quota: DataQuota;
  pathOf(node: FileNode): string;
  childPath(parent: FileNode, name: string): string;
  addNode(parent: FileNode | null, name: string, mode: number): FileNode;
  move(node: FileNode, parent: FileNode, name: string): void;
  /** Fails unless a plain file or folder is there. */
  stat(path: string): Stats;
}

/** Counts growth against the quota. */
export function grow(folder: DataFolder, from: number, to: number): void {
  if (to > from && !folder.quota.takeBytes(to - from)) throw new folder.fs.ErrnoError(ERRNO.ENOSPC);
}

/** What Python sees of a file's or folder's metadata. */
export function attributesOf(node: FileNode, stats: Stats): object {
  const { mode, nlink, size, atime, mtime, ctime, blksize, blocks } = stats;
  return { dev: 1, ino: node.id, mode, nlink, uid: 0, gid: 0, rdev: 0, size, atime, mtime, ctime, blksize, blocks };
}
