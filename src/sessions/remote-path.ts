import { SessionsError } from '../errors.js';
import { kindOf } from '../kind-of.js';

/** Where the files of a session are. */
export const DATA_DIRECTORY = '/mnt/data';

/** A file of a session: the directory, relative to `/mnt/data` and empty for the root, and the bare name. */
export interface RemotePath {
  readonly directory: string;
  readonly name: string;
}

/**
 * Reads the name of a file as people write it: bare, with directories before it, or beginning with `/mnt/data`. It is
 * relative to `directory`, which is read alike. The service takes the two apart.
 *
 * @throws SessionsError `invalid_request` for a name that is empty, holds NUL, `..` or doubled slashes, ends in a slash, or
 * lies outside `/mnt/data`.
 */
export function readRemotePath(name: unknown, directory?: string): RemotePath {
  if (name === undefined || name === '') throw invalid('A file name is empty.');
  if (typeof name !== 'string') throw invalid(`A file name is a text, not ${kindOf(name)}.`);
  const segments = splitSegments(name, 'file name');
  const bareName = segments.pop();
  if (bareName === undefined || name.endsWith('/')) throw invalid('A file name names a directory: it ends in a slash.');
  const parents = isAbsolute(name) ? [] : splitSegments(directory ?? '', 'directory');
  return { directory: [...parents, ...segments].join('/'), name: bareName };
}

/** Reads the name of a directory; the root may be empty, `.`, `/` or `/mnt/data`. @throws SessionsError `invalid_request`. */
export function readRemoteDirectory(directory: string | undefined): string {
  return splitSegments(directory ?? '', 'directory').join('/');
}

/** The path of a file inside the session. */
export function fullPathOf({ directory, name }: RemotePath): string {
  return [DATA_DIRECTORY, directory, name].filter((part) => part !== '').join('/');
}

function isAbsolute(path: string): boolean {
  return path === DATA_DIRECTORY || path.startsWith(`${DATA_DIRECTORY}/`);
}

function splitSegments(path: string, what: string): string[] {
  if (typeof path !== 'string') throw invalid(`A ${what} is a text, not ${kindOf(path)}.`);
  if (path.includes('\0')) throw invalid(`A ${what} holds a NUL character.`);
  if (/\p{Surrogate}/u.test(path)) throw invalid(`A ${what} is no well-formed text.`);
  const relative = isAbsolute(path) ? path.slice(DATA_DIRECTORY.length + 1) : path.replace(/^\.\/+/, '');
  if (relative === '' || relative === '.' || (relative === '/' && what === 'directory')) return [];
  if (relative.startsWith('/'))
    throw invalid(`A ${what} lies outside ${DATA_DIRECTORY}, where the files of a session are.`);
  const segments = relative.replace(/\/$/, '').split('/');
  if (segments.includes('..') || segments.includes('.'))
    throw invalid(`A ${what} holds \`.\` or \`..\` as a step of its path.`);
  if (segments.includes('')) throw invalid(`A ${what} holds doubled slashes.`);
  return segments;
}

function invalid(message: string): SessionsError {
  return new SessionsError('invalid_request', message);
}
