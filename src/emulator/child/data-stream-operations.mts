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

interface OpenFiles {
  find(stream: FileStream): OpenFile | undefined;
  /** Throws for a stream that is none of a file. */
  get(stream: FileStream): OpenFile;
  readonly operations: object;
}

/**
 * What Emscripten asks of an open file. The host's descriptors stay in closures: Python can reach the streams, and a
 * descriptor of its choice would open our own pipes to it.
 */
export function createStreamOperations(folder: DataFolder): object {
  const { fs } = folder;
  const files = createOpenFiles(folder);
  return {
    ...files.operations,
    read: (stream: FileStream, buffer: Int8Array, ...[offset, length, position]: Range) =>
      onHost(fs, () => readSync(files.get(stream).descriptor, buffer, offset, length, position)),
    write: (stream: FileStream, buffer: Int8Array, ...[offset, length, position]: Range) =>
      onHost(fs, () => {
        const { descriptor } = files.get(stream);
        grow(folder, fstatSync(descriptor).size, position + length);
        return writeSync(descriptor, buffer, offset, length, position);
      }),
    llseek: (stream: FileStream, offset: number, whence: number) => {
      const base = { [FROM_CURRENT]: () => stream.position, [FROM_END]: () => sizeOf(fs, files.get(stream)) }[whence];
      const position = offset + (base?.() ?? 0);
      if (position < 0) throw new fs.ErrnoError(ERRNO.EINVAL);
      return position;
    },
    fsync: (stream: FileStream) => onHost(fs, () => fsyncSync(files.get(stream).descriptor)),
    getattr: (stream: FileStream) => {
      const file = files.find(stream);
      return onHost(fs, () =>
        attributesOf(stream.node, file ? fstatSync(file.descriptor) : folder.stat(folder.pathOf(stream.node))),
      );
    },
    setattr: (stream: FileStream, wanted: FileAttributes) =>
      onHost(fs, () => setOpenAttributes(folder, files.get(stream).descriptor, wanted)),
  };
}

// Duplicated streams have their `shared` object in common.
function createOpenFiles(folder: DataFolder): OpenFiles {
  const { fs } = folder;
  const files = new WeakMap<object, OpenFile>();
  const find = (stream: FileStream): OpenFile | undefined => files.get(stream.shared);
  return {
    find,
    get: (stream) => {
      const file = find(stream);
      if (!file) throw new fs.ErrnoError(fs.isDir(stream.node.mode) ? ERRNO.EISDIR : ERRNO.EBADF);
      return file;
    },
    operations: {
      open: (stream: FileStream) => {
        if (fs.isDir(stream.node.mode)) return;
        const flags = (ACCESS_MODES[stream.flags & 3] ?? constants.O_RDONLY) | (constants.O_NOFOLLOW ?? 0);
        const descriptor = onHost(fs, () => openSync(folder.pathOf(stream.node), flags));
        files.set(stream.shared, { descriptor, streams: 1 });
      },
      close: (stream: FileStream) => {
        const file = find(stream);
        if (!file || --file.streams > 0) return;
        files.delete(stream.shared);
        onHost(fs, () => closeSync(file.descriptor));
      },
      dup: (stream: FileStream) => {
        const file = find(stream);
        if (file) file.streams += 1;
      },
    },
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
