import { SessionsError } from '../errors.js';

/** For an option of the emulator that is no good. */
export function invalidOption(name: string, problem: string): SessionsError {
  return new SessionsError('invalid_options', `The emulator's option \`${name}\` ${problem}.`);
}
