import { existsSync } from 'node:fs';
import { SessionsError } from '../errors.js';

/**
 * Makes sure that the emulator's files are where they were installed: it starts programs of its own that lie beside this
 * file, and a bundler does not take those along.
 *
 * @throws SessionsError `invalid_options`
 */
export function requireOwnFiles(): void {
  if (existsSync(new URL('child/main.mjs', import.meta.url))) return;
  throw new SessionsError(
    'invalid_options',
    'The emulator cannot be part of a bundle: it starts programs that lie beside its own files. Mark dynamic-sessions-kernel as external in the bundler, or start the emulator on its own: npx dynamic-sessions emulator',
  );
}
