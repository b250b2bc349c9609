import { invalidRequest } from './service-failure.js';

const ALLOWED = /^[A-Za-z0-9_|}{[\]\\:";'<>?/.,@#$%^&*()\-+=!~`]{4,128}$/;

/** The session that a request names. The message does not repeat it: it is a secret. */
export function readIdentifier(value: string | null): string {
  if (value === null) throw invalidRequest('The query parameter identifier is missing.');
  if (ALLOWED.test(value)) return value;
  throw invalidRequest(
    'The identifier must have 4 to 128 characters: letters, digits and ASCII punctuation, no blanks.',
  );
}
