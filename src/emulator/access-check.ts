import { createHash, timingSafeEqual } from 'node:crypto';
import { ServiceFailure } from './service-failure.js';

/** Decides by the Authorization header whether a request may use the pool. Rejects with what it is answered otherwise. */
export type AccessCheck = (authorization: string | undefined) => Promise<void>;

/** Lets in who knows the emulator's own token. */
export function ownTokenAccess(token: string): AccessCheck {
  const expected = digest(token);
  return async (authorization) => {
    if (timingSafeEqual(digest(readBearer(authorization)), expected)) return;
    throw invalidToken("The bearer token is not this emulator's.");
  };
}

/** Lets in everybody. */
export function openAccess(): AccessCheck {
  return () => Promise.resolve();
}

/** The token of the header. Throws a 401 if there is none. */
export function readBearer(authorization: string | undefined): string {
  const [, sent] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (sent !== undefined) return sent;
  throw new ServiceFailure(401, 'Unauthorized', 'The Authorization header has no bearer token.', {
    'www-authenticate': 'Bearer',
  });
}

/** A 401 for a token that is no good. What it says of the challenge is a guess: Microsoft's own services answer so. */
export function invalidToken(message: string): ServiceFailure {
  const description = message.replace(/["\\]|[^\x20-\x7e]/g, "'");
  return new ServiceFailure(401, 'Unauthorized', message, {
    'www-authenticate': `Bearer error="invalid_token", error_description="${description}"`,
  });
}

// Digests have one length, and comparing them in constant time tells nothing about the token's.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
