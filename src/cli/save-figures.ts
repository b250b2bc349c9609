import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { isSessionsError } from '../errors.js';
import type { ExecutionImage } from '../sessions/execution-image.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { fileError } from '../sessions/upload-source.js';
import { writeWholeFile } from '../sessions/whole-file.js';

/** Figures with their paths, as far as they could be saved. */
export interface SavedFigures {
  readonly images: readonly ExecutionImage[];
  /** Why the others could not. */
  readonly failure?: Error;
}

/** Saves the figures of a run under new names. What the run printed is not lost with a full disk: a failure is no exception. */
export async function saveFigures({ images }: ExecutionResult, folder: string): Promise<SavedFigures> {
  const saved: ExecutionImage[] = [];
  try {
    if (images.length > 0) await mkdir(folder, { recursive: true });
    for (const image of images) {
      const path = join(resolve(folder), `figure-${randomUUID()}.${image.format}`);
      await writeWholeFile({ path, shown: shown(path) }, once(image.bytes));
      saved.push({ ...image, path: shown(path) });
    }
    return { images: saved };
  } catch (error) {
    const failure = isSessionsError(error) ? error : fileError(error, folder);
    return { images: [...saved, ...images.slice(saved.length)], failure };
  }
}

/** Relative where that is shorter to read. */
function shown(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.startsWith('..') ? path : fromHere;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
