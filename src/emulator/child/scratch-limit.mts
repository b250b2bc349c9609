import type { EmscriptenFS, MemoryFile } from './pyodide-types.mjs';
import { ERRNO } from './system-errors.mjs';

/**
 * Caps what Python writes outside /mnt/data. Those files live in JavaScript's memory, which the cap on WebAssembly's
 * memory does not cover.
 */
export function limitScratch(fs: EmscriptenFS, maxBytes: number): void {
  const { MEMFS } = fs.filesystems;
  const expand = MEMFS.expandFileStorage.bind(MEMFS);
  const alreadyThere = sizeOf(fs.root);
  let used = 0;
  MEMFS.expandFileStorage = (file, newCapacity) => {
    const growth = Math.max(0, newCapacity - sizeOf(file));
    // Removed files are noticed only by counting anew.
    if (used + growth > maxBytes) used = Math.max(0, sizeOf(fs.root) - alreadyThere);
    if (used + growth > maxBytes) throw new fs.ErrnoError(ERRNO.ENOSPC);
    used += growth;
    expand(file, newCapacity);
  };
}

function sizeOf(file: MemoryFile): number {
  const { contents } = file;
  if (ArrayBuffer.isView(contents)) return contents.byteLength;
  if (typeof contents !== 'object' || contents === null) return 0;
  return Object.values(contents as Record<string, MemoryFile>).reduce((total, child) => total + sizeOf(child), 0);
}
