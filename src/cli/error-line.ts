import { isKernelError, isSessionsError, messageOf } from '../errors.js';

/** What a person reads of an error; the message says what to do, and no stack does. */
export function errorLine(error: unknown): string {
  const code = isKernelError(error) || isSessionsError(error) ? ` [${error.code}]` : '';
  return `Error${code}: ${messageOf(error)}`;
}
