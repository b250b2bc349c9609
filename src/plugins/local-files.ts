import { constants } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SessionsError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import {
  fileError,
  LONGEST_PATH,
  openForReading,
  OpenLocalFile,
  shownPath,
  textNote,
} from '../sessions/upload-source.js';
import type { WholeFileTarget } from '../sessions/whole-file.js';
import { inHeldDirectory } from './held-directory.js';

// The rule for both directions: the real place of a file, with every symbolic link resolved, lies inside the real place of
// an allowed directory. That directory is then held open and compared with what was checked, and the file is reached
// through it, so that nothing swapped in between leads elsewhere. The last step of a path is never followed.

/** A file that was downloaded to this machine. */
export interface SavedFile {
  readonly localFilePath: string;
  readonly sizeInBytes: number;
}

/** The local directories that one direction may use. */
export interface LocalAllowance {
  readonly directories: readonly string[];
  /** The option to name in errors. */
  readonly option: 'uploadDirectories' | 'downloadDirectories';
}

/**
 * Opens a local file for an upload.
 *
 * @throws SessionsError `path_denied` for anything outside the allowed directories, whether it exists or not;
 * `not_found` and `invalid_request` as the client does.
 */
export async function openAllowedFile(path: string, allowance: LocalAllowance): Promise<OpenLocalFile> {
  const allowed = await allowedPlaces(path, allowance);
  const real = await realPlace(path, allowed, allowance);
  const handle = await inHeldDirectory(dirname(real), path, (directory) =>
    openForReading(join(directory.path, basename(real)), constants.O_RDONLY | constants.O_NOFOLLOW),
  );
  return OpenLocalFile.from(handle, path);
}

/** Checks, before anything is downloaded, that a local file may be written. @throws SessionsError `path_denied`. */
export async function checkAllowedTarget(path: string, allowance: LocalAllowance): Promise<void> {
  await realTarget(path, allowance);
}

/**
 * Writes a local file by way of `write`, which is to write it completely or not at all. Its directory has to exist.
 *
 * @throws SessionsError `path_denied` for anything outside the allowed directories, and for a symbolic link in its place.
 */
export async function writeAllowedFile<Outcome>(
  path: string,
  allowance: LocalAllowance,
  write: (target: WholeFileTarget) => Promise<Outcome>,
): Promise<Outcome> {
  const real = await realTarget(path, allowance);
  return inHeldDirectory(dirname(real), path, (directory) =>
    write({ path: join(directory.path, basename(real)), shown: path, confirm: () => directory.confirm() }),
  );
}

async function realTarget(path: string, allowance: LocalAllowance): Promise<string> {
  const allowed = await allowedPlaces(path, allowance);
  const parent = await realPlace(dirname(resolve(path)), allowed, allowance, path);
  const real = join(parent, basename(resolve(path)));
  if (!isInside(real, allowed)) throw denied(path, allowance);
  const found = await lstat(real).catch(() => undefined); // Nothing there is the usual case.
  if (found?.isSymbolicLink()) throw denied(path, allowance);
  return real;
}

/** The real allowed directories. Denies what is not even written as inside one, without a look at the disk. */
async function allowedPlaces(path: string, allowance: LocalAllowance): Promise<readonly string[]> {
  if (typeof path !== 'string')
    throw new SessionsError('invalid_request', `A local path is a text, not ${kindOf(path)}.`);
  if (path === '' || path.includes('\0'))
    throw new SessionsError('invalid_request', 'A local path is empty or holds NUL.');
  // Each directory of a path that does not exist is looked for.
  if (path.length > LONGEST_PATH) {
    throw new SessionsError(
      'invalid_request',
      `A local path has at most ${LONGEST_PATH} characters; this one has ${path.length}.`,
    );
  }
  const written = allowance.directories.map((directory) => resolve(directory));
  const real = await Promise.all(written.map((directory) => realpath(directory).catch(() => undefined))); // One that does not exist allows nothing.
  const places = real.filter((directory) => directory !== undefined);
  if (!isInside(resolve(path), [...written, ...places])) throw denied(path, allowance);
  return places;
}

async function realPlace(
  path: string,
  allowed: readonly string[],
  allowance: LocalAllowance,
  shown = path,
): Promise<string> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    // What a link to the outside does not lead to must look like what it leads to.
    if (!(await nearestIsInside(dirname(resolve(path)), allowed))) throw denied(shown, allowance);
    throw fileError(error, shown);
  }
  if (!isInside(real, allowed) && !allowed.includes(real)) throw denied(shown, allowance);
  return real;
}

async function nearestIsInside(directory: string, allowed: readonly string[]): Promise<boolean> {
  const real = await realpath(directory).catch(() => undefined); // Then the one above decides.
  if (real !== undefined) return allowed.includes(real) || isInside(real, allowed);
  return dirname(directory) !== directory && nearestIsInside(dirname(directory), allowed);
}

function isInside(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => {
    const step = relative(directory, path);
    return step !== '' && step !== '..' && !step.startsWith(`..${sep}`) && !isAbsolute(step);
  });
}

function denied(path: string, { directories, option }: LocalAllowance): SessionsError {
  const where =
    directories.length === 0
      ? `no local directory is allowed; set \`${option}\``
      : `allowed (\`${option}\`) are files in ${directories.map((directory) => JSON.stringify(directory)).join(', ')}`;
  const note = option === 'uploadDirectories' ? textNote(path) : '';
  return new SessionsError('path_denied', `Access to the local path ${shownPath(path)} is denied: ${where}.${note}`);
}
