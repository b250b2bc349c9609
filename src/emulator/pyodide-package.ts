import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SessionsError } from '../errors.js';
import { emulatorVersion } from './emulator-version.js';

const TESTED_VERSION = '314.0.7';

/** Where the interpreter and our own files lie, as real paths with a slash at the end. */
export interface PyodidePackage {
  readonly version: string;
  readonly pythonVersion: string;
  /** The text of the lock file: which packages there are for this version. */
  readonly lockFile: string;
  readonly directory: string;
  /** The folder of this file: the child's program and the Python driver lie below it. */
  readonly emulatorDirectory: string;
  readonly pythonDirectory: string;
  /** Changes with whatever a snapshot of the interpreter's memory depends on. */
  readonly snapshotKey: string;
}

/** Throws `invalid_options` if the optional package is missing. */
export function findPyodide(resolve: (id: string) => string = createRequire(import.meta.url).resolve): PyodidePackage {
  const manifest = locate(resolve);
  const { version } = readJson<{ version: string }>(manifest);
  const lockFile = readFileSync(join(dirname(manifest), 'pyodide-lock.json'), 'utf8');
  const { info } = JSON.parse(lockFile) as { info: { python: string } };
  const emulatorDirectory = withSlash(realpathSync(fileURLToPath(new URL('.', import.meta.url))));
  const pythonDirectory = withSlash(join(emulatorDirectory, 'python'));
  // What stack switching can do is part of the memory, and depends on Node.
  const nodeMajor = process.versions.node.split('.')[0];
  return {
    version,
    pythonVersion: info.python,
    lockFile,
    directory: withSlash(realpathSync(dirname(manifest))),
    emulatorDirectory,
    pythonDirectory,
    snapshotKey: `pyodide-${version}-node-${nodeMajor}-${emulatorVersion()}-${hashOf(pythonDirectory)}`,
  };
}

function locate(resolve: (id: string) => string): string {
  try {
    return resolve('pyodide/package.json');
  } catch (cause) {
    throw new SessionsError(
      'invalid_options',
      `The emulator's Python is the optional package "pyodide", and it is not installed: npm install pyodide@${TESTED_VERSION}`,
      { cause },
    );
  }
}

function readJson<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(path, 'utf8')) as Shape;
}

function hashOf(pythonDirectory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(pythonDirectory).sort()) hash.update(readFileSync(join(pythonDirectory, name)));
  return hash.digest('hex').slice(0, 16);
}

function withSlash(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
