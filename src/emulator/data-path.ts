import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidRequest } from './service-failure.js';

const DATA_ROOT = /^\/*mnt\/data(?=\/|$)/;
const MAX_NAME_BYTES = 255;

/** The folders of a `path` parameter below /mnt/data: none for the root, however it is written. */
export function directorySegments(path: string | null): string[] {
  const segments = (path ?? '')
    .replace(DATA_ROOT, '')
    .split('/')
    .filter((segment) => segment !== '');
  if (segments.length === 1 && segments[0] === '.') return [];
  for (const segment of segments) checkName(segment);
  return segments;
}

/** Refuses what is no plain name: the name may be the last word on where on the disk a file lies. */
export function checkName(name: string): string {
  const bad = name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name);
  if (bad) throw invalidRequest('A file or folder name must not be empty, ".", "..", or contain "/", "\\" or NUL.');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidRequest(`A file or folder name has at most ${MAX_NAME_BYTES} bytes.`);
  }
  return name;
}

/** The name that an upload's part gives: bare, or with the data folder in front. Other folders are dropped. */
export function uploadName(filename: string): string {
  return checkName(filename.replace(/^.*\//, ''));
}

/** The folder's place on the disk, or nothing unless every step to it is a real folder. */
export async function resolveDirectory(root: string, segments: readonly string[]): Promise<string | undefined> {
  let directory = root;
  for (const segment of segments) {
    directory = join(directory, segment);
    const stats = await lstat(directory).catch(() => undefined);
    if (!stats?.isDirectory()) return undefined;
  }
  return directory;
}
