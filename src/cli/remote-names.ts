import { messageOf } from '../errors.js';
import { readRemoteDirectory, readRemotePath } from '../sessions/remote-path.js';
import { CommandError } from './command-error.js';

/** Checks the name of a file in a session, which is relative to `directory`. @throws CommandError before anything is sent */
export function checkRemoteFile(name: string, directory?: string): void {
  asUsage(() => readRemotePath(name, directory));
}

/** Checks the name of a directory in a session. @throws CommandError before anything is sent */
export function checkRemoteDirectory(directory: string | undefined): void {
  asUsage(() => readRemoteDirectory(directory));
}

function asUsage(read: () => unknown): void {
  try {
    read();
  } catch (cause) {
    throw new CommandError(messageOf(cause), { cause });
  }
}
