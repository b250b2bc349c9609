import { existsSync, statSync } from 'node:fs';
import { propertyOf } from '../errors.js';
import { CommandError } from './command-error.js';

const ENV_FILE = '.env';

/** Takes the settings of the file `.env` in the current folder, if there is one. @throws CommandError when it cannot be read */
export function loadEnvFile(): void {
  if (!existsSync(ENV_FILE)) return;
  if (statSync(ENV_FILE).isDirectory()) throw unreadable('is a folder, where a file with settings is expected');
  try {
    process.loadEnvFile(ENV_FILE);
  } catch (cause) {
    throw unreadable(`cannot be read (${String(propertyOf(cause, 'code') ?? 'unknown failure')})`, cause);
  }
}

function unreadable(problem: string, cause?: unknown): CommandError {
  const message = `"${ENV_FILE}" in the current folder ${problem}: put it right, or run the command in another folder.`;
  return new CommandError(message, { cause });
}
