import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { attributesOf, type DataFolder, grow } from './data-folder.mjs';
import type { FileAttributes, FileStream } from './pyodide-types.mjs';
import { ERRNO, onHost } from './system-errors.mjs';

const ACCESS_MODES = [constants.O_RDONLY, constants.O_WRONLY, constants.O_RDWR];
const FROM_CURRENT = 1;
const FROM_END = 2;

// Where in the buffer, how much, and where in the file.
type Range = [offset: number, length: number, position: number];

interface OpenFile {
  readonly descriptor: number;
  streams: number;
}

/**
 * What Emscripten asks of an open file. The host's descriptors stay in this closure: Python can reach the streams, and a
 * descriptor of its choice would open our own pipes to it. Duplicated streams have their `shared` object in common.
 */
export function createStreamOperations(folder: DataFolder): object {
  const { fs } = folder;
  const openFiles = new WeakMap<object, OpenFile>();
  const fileOf = (stream: FileStream): OpenFile => {
    const file = openFiles.get(stream.shared);
    if (!file) throw new fs.ErrnoError(fs.isDir(stream.node.mode) ? ERRNO.EISDIR : ERRNO.EBADF);
    return file;
  };
  return {
    open: (stream: FileStream) => {
      if (fs.isDir(stream.node.mode)) return;
      const flags = (ACCESS_MODES[stream.flags & 3] ?? constants.O_RDONLY) | (constants.O_NOFOLLOW ?? 0);
      const descriptor = onHost(fs, () => openSync(folder.pathOf(stream.node), flags));
      openFiles.set(stream.shared, { descriptor, streams: 1 });
    },
    close: (stream: FileStream) => {
      const file = openFiles.get(stream.shared);
      if (!file || --file.streams > 0) return;
      openFiles.delete(stream.shared);
      onHost(fs, () => closeSync(file.descriptor));
    },
    dup: (stream: FileStream) => {
      const file = openFiles.get(stream.shared);
      if (file) file.streams += 1;
    },
    read: (stream: FileStream, buffer: Int8Array, ...[offset, length, position]: Range) =>
      onHost(fs, () => readSync(fileOf(stream).descriptor, buffer, offset, length, position)),
    write: (stream: FileStream, buffer: Int8Array, ...[offset, length, position]: Range) =>
      onHost(fs, () => {
        const { descriptor } = fileOf(stream);
        grow(folder, fstatSync(descriptor).size, position + length);
        return writeSync(descriptor, buffer, offset, length, position);
      }),
    llseek: (stream: FileStream, offset: number, whence: number) => {
      const base = { [FROM_CURRENT]: () => stream.position, [FROM_END]: () => sizeOf(fs, fileOf(stream)) }[whence];
      const position = offset + (base?.() ?? 0);
      if (position < 0) throw new fs.ErrnoError(ERRNO.EINVAL);
      return position;
    },
    fsync: (stream: FileStream) => onHost(fs, () => fsyncSync(fileOf(stream).descriptor)),
    getattr: (stream: FileStream) => {
      const file = openFiles.get(stream.shared);
      return onHost(fs, () =>
        attributesOf(stream.node, file ? fstatSync(file.descriptor) : folder.stat(folder.pathOf(stream.node))),
      );
    },
    setattr: (stream: FileStream, wanted: FileAttributes) =>
      onHost(fs, () => setOpenAttributes(folder, fileOf(stream).descriptor, wanted)),
  };
}

function setOpenAttributes(folder: DataFolder, descriptor: number, wanted: FileAttributes): void {
  const stats = fstatSync(descriptor);
  if (wanted.size !== undefined) {
    grow(folder, stats.size, wanted.size);
    ftruncateSync(descriptor, wanted.size);
  }
  if (wanted.mode !== undefined) fchmodSync(descriptor, wanted.mode & 0o777);
  if (wanted.atime !== undefined || wanted.mtime !== undefined) {
    const { atimeMs, mtimeMs } = stats;
    futimesSync(descriptor, (wanted.atime ?? atimeMs) / 1000, (wanted.mtime ?? mtimeMs) / 1000);
  }
}

function sizeOf(fs: DataFolder['fs'], file: OpenFile): number {
  return onHost(fs, () => fstatSync(file.descriptor).size);
}
