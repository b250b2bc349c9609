import type { EmscriptenFS, MemoryFile } from './pyodide-types.mjs';
import { ERRNO } from './system-errors.mjs';

export interface ScratchLimit {
  /** What is written in the meantime stays beyond the cap: packages are not the user's. */
  without<Result>(change: () => Promise<Result>): Promise<Result>;
}

/**
 * Caps what Python writes outside /mnt/data. Those files live in JavaScript's memory, which the cap on WebAssembly's
 * memory does not cover.
 */
export function limitScratch(fs: EmscriptenFS, maxBytes: number): ScratchLimit {
  const { MEMFS } = fs.filesystems;
  const { stream } = MEMFS.ops_table.file;
  let alreadyThere = capacityOf(fs.root);
  let used = 0;
  let suspended = false;
  function limited<Result>(file: MemoryFile, wanted: number, change: () => Result): Result {
    if (suspended) return change();
    const before = capacityOf(file);
    const growth = Math.max(0, wanted - before);
    // Removed files are noticed only by counting anew.
    if (used + growth > maxBytes) used = Math.max(0, capacityOf(fs.root) - alreadyThere);
    if (used + growth > maxBytes) throw new fs.ErrnoError(ERRNO.ENOSPC);
    try {
      return change();
    } finally {
      used += capacityOf(file) - before;
    }
  }
  const write = stream.write.bind(stream);
  const resize = MEMFS.resizeFileStorage.bind(MEMFS);
  stream.write = (open, buffer, offset, ...range) =>
    limited(open.node, range[0] + range[1], () => write(open, buffer, offset, ...range));
  MEMFS.resizeFileStorage = (file, size) => limited(file, size, () => resize(file, size));
  return {
    without: async (change) => {
      const before = capacityOf(fs.root);
      suspended = true;
      try {
        return await change();
      } finally {
        suspended = false;
        alreadyThere += capacityOf(fs.root) - before;
      }
    },
  };
}

function capacityOf({ contents }: MemoryFile): number {
  if (ArrayBuffer.isView(contents)) return contents.byteLength;
  if (typeof contents !== 'object' || contents === null) return 0;
  return Object.values(contents as Record<string, MemoryFile>).reduce((total, child) => total + capacityOf(child), 0);
}
