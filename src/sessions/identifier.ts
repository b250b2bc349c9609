import { createHmac } from 'node:crypto';
import { SessionsError } from '../errors.js';

const SHORTEST_SECRET_BYTES = 32;

/**
 * Checks a session identifier: 4 to 128 characters of printable ASCII without blanks, as the service has it.
 *
 * @throws SessionsError `invalid_options`. The message does not show the identifier, which is a secret.
 */
export function checkIdentifier(identifier: unknown): string {
  if (identifier === undefined || identifier === null) {
    throw invalid('No session is named. Pass `identifier` to the call or to the client.');
  }
  if (typeof identifier !== 'string') throw invalid(`A session identifier is a text, not a ${typeof identifier}.`);
  if (identifier.length < 4 || identifier.length > 128) {
    throw invalid(`A session identifier has 4 to 128 characters; this one has ${identifier.length}.`);
  }
  const position = identifier.search(/[^\x21-\x7e]/);
  if (position >= 0) {
    throw invalid(
      `A session identifier holds printable ASCII characters without blanks; character ${position + 1} of this one is another.`,
    );
  }
  return identifier;
}

/**
 * An identifier that is always the same for the same parts, such as a tenant, a user and a conversation, and that nobody
 * can guess without the secret: HMAC-SHA-256 over the length-prefixed parts, as 64 hexadecimal digits.
 *
 * @throws SessionsError `invalid_options` for a secret of less than 32 bytes, or without a part.
 * @example
 * const identifier = deriveSessionId(secretOfThisApplication, tenantId, userId, conversationId);
 */
export function deriveSessionId(secret: string | Uint8Array, ...parts: readonly string[]): string {
  const key = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret;
  if (!(key instanceof Uint8Array) || key.byteLength < SHORTEST_SECRET_BYTES) {
    throw invalid(`The secret of \`deriveSessionId\` has ${SHORTEST_SECRET_BYTES} bytes or more.`);
  }
  if (parts.length === 0 || parts.some((part) => typeof part !== 'string')) {
    throw invalid('`deriveSessionId` needs at least one part, each a text: who the session is for.');
  }
  const mac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    mac.update(length).update(bytes);
  }
  return mac.digest('hex');
}

function invalid(message: string): SessionsError {
  return new SessionsError('invalid_options', message);
}
