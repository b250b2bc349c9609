import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  truncateSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { attributesOf, type DataFolder, grow } from './data-folder.mjs';
import type { FileAttributes, FileNode } from './pyodide-types.mjs';
import { ERRNO, onHost } from './system-errors.mjs';

const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** What Emscripten asks of the folder's names: lookup, making, renaming, removing, metadata. */
export function createNodeOperations(folder: DataFolder): object {
  const { fs } = folder;
  return {
    getattr: (node: FileNode) => onHost(fs, () => attributesOf(node, lstatSync(folder.pathOf(node)))),
    setattr: (node: FileNode, wanted: FileAttributes) => onHost(fs, () => setAttributes(folder, node, wanted)),
    lookup: (parent: FileNode, name: string) =>
      onHost(fs, () => folder.addNode(parent, name, folder.stat(folder.childPath(parent, name)).mode)),
    mknod: (parent: FileNode, name: string, mode: number) => onHost(fs, () => make(folder, parent, name, mode)),
    rename: (node: FileNode, parent: FileNode, name: string) =>
      onHost(fs, () => {
        const replaced = nodeAt(folder, parent, name);
        renameSync(folder.pathOf(node), folder.childPath(parent, name));
        folder.move(node, parent, name);
        if (replaced) fs.hashRemoveNode(replaced);
      }),
    unlink: (parent: FileNode, name: string) => onHost(fs, () => unlinkSync(folder.childPath(parent, name))),
    rmdir: (parent: FileNode, name: string) => onHost(fs, () => rmdirSync(folder.childPath(parent, name))),
    readdir: (node: FileNode) => onHost(fs, () => ['.', '..', ...plainNames(folder.pathOf(node))]),
    symlink: () => {
      throw new fs.ErrnoError(ERRNO.EPERM);
    },
    readlink: () => {
      throw new fs.ErrnoError(ERRNO.EINVAL);
    },
  };
}

/** Changes what lies under the node's name. */
export function setAttributes(folder: DataFolder, node: FileNode, wanted: FileAttributes): void {
  const path = folder.pathOf(node);
  const stats = folder.stat(path);
  if (wanted.size !== undefined) {
    grow(folder, stats.size, wanted.size);
    truncateSync(path, wanted.size);
  }
  if (wanted.mode !== undefined) {
    chmodSync(path, wanted.mode & 0o777);
    node.mode = wanted.mode;
  }
  if (wanted.atime !== undefined || wanted.mtime !== undefined) {
    utimesSync(path, seconds(wanted.atime ?? stats.atimeMs), seconds(wanted.mtime ?? stats.mtimeMs));
  }
}

function make(folder: DataFolder, parent: FileNode, name: string, mode: number): FileNode {
  const path = folder.childPath(parent, name);
  const isDirectory = folder.fs.isDir(mode);
  if (!isDirectory && !folder.fs.isFile(mode)) throw new folder.fs.ErrnoError(ERRNO.EPERM);
  if (!folder.quota.takeEntry()) throw new folder.fs.ErrnoError(ERRNO.ENOSPC);
  if (isDirectory) mkdirSync(path, mode & 0o777);
  else closeSync(openSync(path, NEW_FILE, mode & 0o777));
  return folder.addNode(parent, name, mode);
}

function nodeAt({ fs }: DataFolder, parent: FileNode, name: string): FileNode | undefined {
  try {
    return fs.lookupNode(parent, name);
  } catch {
    return undefined;
  }
}

function plainNames(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() || entry.isDirectory()).map((entry) => entry.name);
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
