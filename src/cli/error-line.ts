import { CommanderError } from 'commander';
import { isKernelError, isSessionsError, messageOf } from '../errors.js';
import { CommandError } from './command-error.js';
import { inPoolFlags } from './flag-names.js';
import { Interruption } from './interruption.js';
import { printable } from './printable.js';

/** What a person reads of an error; the message says what to do, and no stack does. */
export function errorLine(error: unknown): string {
  if (error instanceof Interruption) return error.message;
  const code = isKernelError(error) || isSessionsError(error) ? ` [${error.code}]` : '';
  return printable(`Error${code}: ${commandMessage(error)}${tracesOf(error)}`);
}

/** The message of an error; one of the library's names flags where it named options. */
export function commandMessage(error: unknown): string {
  const message = messageOf(error);
  return isKernelError(error) || isSessionsError(error) ? inPoolFlags(message) : message;
}

/** What a program reads of an error. */
export function errorDocument(error: unknown): object {
  const document = { code: codeOf(error), message: withoutValues(commandMessage(error).replace(/^error: /, '')) };
  if (!isSessionsError(error)) return { error: document };
  const { status, serviceCode, traceId, correlationId, retryAfterMs } = error;
  return { error: { ...document, status, serviceCode, traceId, correlationId, retryAfterMs } };
}

function codeOf(error: unknown): string {
  if (isKernelError(error) || isSessionsError(error)) return error.code;
  if (error instanceof Interruption) return 'interrupted';
  return error instanceof CommandError || error instanceof CommanderError ? 'usage' : 'failed';
}

/** What the service asks for in a report; a name that does not exist is none. */
function tracesOf(error: unknown): string {
  if (!isSessionsError(error) || error.code === 'not_found') return '';
  const { traceId, correlationId } = error;
  const traces = [traceId && `trace id ${traceId}`, correlationId && `correlation id ${correlationId}`];
  const known = traces.filter(Boolean).join(', ');
  return known === '' ? '' : ` (${known})`;
}

/** A mistyped `--sesion=NAME` or `-sNAME` would show the name, and code that begins with a minus is taken for an option. */
export function withoutValues(usageError: string): string {
  return usageError
    .replace(/('-[\w-]+)=[^']*'/g, "$1=…'")
    .replace(/(unknown option ')([^]*)'/, (_, before: string, typed: string) => `${before}${flagIn(typed)}'`);
}

function flagIn(typed: string): string {
  const [flag = ''] = /^(?:--[\w-]*=?|-\w?)/.exec(typed) ?? [];
  return flag === typed ? typed : `${flag}…`;
}
