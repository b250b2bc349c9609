import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SessionsError } from '../errors.js';

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
      mkdirSync(directory, { recursive: true, mode: PRIVATE });
      mkdirSync(join(place, 'incoming'), { mode: PRIVATE });
      return directory;
    },
    remove: (directory) => rm(dirname(directory), { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Where an upload is written until it is complete: on the same disk, out of the code's sight. */
export function incomingDirectory(directory: string): string {
  return join(dirname(directory), 'incoming');
}

function makeRoot(parent: string | undefined): string {
  try {
    if (parent === undefined) return realpathSync(mkdtempSync(join(tmpdir(), 'dynamic-sessions-')));
    mkdirSync(parent, { recursive: true });
    return realpathSync(parent);
  } catch (cause) {
    const where = parent === undefined ? `in ${tmpdir()}; set TMPDIR to` : `at ${parent}; name with \`dataDirectory\``;
    const message = `No folder for the files of the emulator's sessions can be made ${where} one that can be written to.`;
    throw new SessionsError('invalid_options', message, { cause });
  }
}
