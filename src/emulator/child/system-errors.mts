import type { EmscriptenFS } from './pyodide-types.mjs';

// WASI's numbers, which Emscripten uses.
export const ERRNO = {
  EACCES: 2,
  EBADF: 8,
  EBUSY: 10,
  EEXIST: 20,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENODEV: 43,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSUP: 58,
  EPERM: 63,
  EROFS: 69,
} as const;

/** Runs a call to the host's filesystem; its failure becomes the error that Python turns into an `OSError`. */
export function onHost<Result>(fs: EmscriptenFS, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof fs.ErrnoError) throw error;
    throw new fs.ErrnoError(errnoOf(error));
  }
}

function errnoOf(error: unknown): number {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_ACCESS_DENIED') return ERRNO.EACCES;
  for (const [name, errno] of Object.entries(ERRNO)) if (name === code) return errno;
  return ERRNO.EIO;
}
