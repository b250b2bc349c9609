import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SessionsError } from '../errors.js';
import { removeTreeInBackground } from './remove-tree.mjs';

const PRIVATE = 0o700;

/** The folders of the sessions. Their names are random: a session's identifier is a secret and is not written down. */
export interface Workspaces {
  readonly root: string;
  /** Whether the root is ours to remove. */
  readonly temporary: boolean;
  /** A new folder for what the code sees as /mnt/data; beside it is room for what is not complete yet. */
  create(): string;
  remove(directory: string): Promise<void>;
}

/** Without a folder of the caller's they lie in a temporary one. */
export function createWorkspaces(parent: string | undefined): Workspaces {
  const root = makeRoot(parent);
  return {
    root,
    temporary: parent === undefined,
    create: () => {
      const place = join(root, randomUUID());
      const directory = join(place, 'data');
      for (const path of [place, directory, join(place, 'incoming')]) mkdirSync(path, { mode: PRIVATE });
      return directory;
    },
    remove: (directory) => removeTreeInBackground(dirname(directory)),
  };
}

/** Where an upload is written until it is complete: on the same disk, out of the code's sight. */
export function incomingDirectory(directory: string): string {
  return join(dirname(directory), 'incoming');
}

function makeRoot(parent: string | undefined): string {
  try {
    if (parent === undefined) return realpathSync(mkdtempSync(join(tmpdir(), 'dynamic-sessions-')));
    makeFolders(resolve(parent));
    const root = realpathSync(parent);
    rmdirSync(mkdtempSync(join(root, 'trial-')));
    return root;
  } catch (cause) {
    const where = parent === undefined ? `in ${tmpdir()}; set TMPDIR to` : `at ${parent}; name with \`dataDirectory\``;
    const message = `No folder for the files of the emulator's sessions can be made ${where} one that can be written to.`;
    throw new SessionsError('invalid_options', message, { cause });
  }
}

// Not `recursive`: that never returns for a folder below /proc.
function makeFolders(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another emulator may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
