import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SessionsError } from '../errors.js';
import type { ExecutionImage } from '../sessions/execution-image.js';
import type { ExecutionResult } from '../sessions/execution-result.js';

/**
 * Makes sure, before any code runs, that pictures can be saved.
 *
 * @throws SessionsError `invalid_options` when the directory cannot be made or written to.
 */
export async function prepareImageDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw notWritable(error);
  }
}

/**
 * Saves the pictures of a result and gives the result with their paths. Names are new ones, the extension is that of the
 * bytes, and nothing of what the sandbox sent is in either.
 *
 * @throws SessionsError `invalid_options` when the directory can no longer be written to. A model does not hear of it: it
 * would run the code again.
 */
export async function saveImages(result: ExecutionResult, directory: string): Promise<ExecutionResult> {
  const images: ExecutionImage[] = [];
  for (const image of result.images) {
    const path = join(resolve(directory), `image-${randomUUID()}.${image.format}`);
    await writeNew(path, image.bytes).catch((error: unknown) => {
      throw notWritable(error, ' The code was run all the same; running it again repeats what it has done.');
    });
    images.push({ ...image, path });
  }
  return { ...result, images };
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

function notWritable(error: unknown, consequence = ''): SessionsError {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return new SessionsError(
    'invalid_options',
    `\`imageDirectory\` cannot be written to (${String(code)}).${consequence}`,
  );
}
