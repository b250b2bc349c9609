import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { attributesOf, type DataFolder, grow } from './data-folder.mjs';
import { setAttributes } from './data-node-operations.mjs';
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
    // Node's permission model refuses the call to the host. What was written is in the kernel, where every reader finds it; that
    // a session outlives the machine's power is promised nowhere.
    fsync: () => 0,
    getattr: (stream: FileStream) => {
      const file = files.find(stream);
      return onHost(fs, () =>
        attributesOf(stream.node, file ? fstatSync(file.descriptor) : folder.stat(folder.pathOf(stream.node))),
      );
    },
    setattr: (stream: FileStream, wanted: FileAttributes) =>
      onHost(fs, () => setOpenAttributes(folder, { stream, file: files.find(stream) }, wanted)),
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

function setOpenAttributes(
  folder: DataFolder,
  { stream: { node }, file }: { stream: FileStream; file: OpenFile | undefined },
  { size, ...others }: FileAttributes,
): void {
  if (!file) return setAttributes(folder, node, { ...others, ...(size !== undefined && { size }) });
  const { size: present, ino } = fstatSync(file.descriptor);
  if (size !== undefined) {
    grow(folder, present, size);
    ftruncateSync(file.descriptor, size);
  }
  if (others.mode === undefined && others.atime === undefined && others.mtime === undefined) return;
  // Node's permission model refuses these through a descriptor. By name they would be another file's, if it is there now.
  if (folder.stat(folder.pathOf(node)).ino !== ino) throw new folder.fs.ErrnoError(ERRNO.ENOENT);
  setAttributes(folder, node, others);
}

function sizeOf(fs: DataFolder['fs'], file: OpenFile): number {
  return onHost(fs, () => fstatSync(file.descriptor).size);
}
