import { CommanderError } from 'commander';
import { isSessionsError, propertyOf, type SessionsError } from '../errors.js';
import { CommandError } from './command-error.js';
import { Interruption } from './interruption.js';

/** How the command ends. An interrupted one ends with 128 and the number of the signal, as a shell reports it. */
export const EXIT_CODES = Object.freeze({ done: 0, codeFailed: 1, wrongUsage: 2, notDone: 3 });

/** The same, for the help of every command. */
export const EXIT_CODES_HELP = `
Exit codes:
  0  it was done
  1  the code failed: it raised, ended with another code than 0, or took too long
  2  the command line or a setting is wrong; nothing was sent
  3  it could not be done: auth, network, the session pool, a local disk
  130, 143  interrupted by Ctrl-C, by a request to end`;

/** The exit code that an error stands for; what lies beneath the kernel's wrapping counts. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUsage;
  if (error instanceof CommandError) return EXIT_CODES.wrongUsage;
  if (isSessionsError(error)) return isWrongSetting(error) ? EXIT_CODES.wrongUsage : EXIT_CODES.notDone;
  const cause = propertyOf(error, 'cause');
  return cause instanceof Error ? exitCodeOf(cause) : EXIT_CODES.notDone;
}

/** A version of the API that cannot do what is asked is known before anything is sent; a pool that cannot has a status. */
function isWrongSetting({ code, status }: SessionsError): boolean {
  return code === 'invalid_options' || (code === 'unsupported' && status === undefined);
}
