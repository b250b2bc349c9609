import { SessionsError } from '../errors.js';
import { type AccessToken, type AuthCallback, readToken } from './auth-callback.js';

/**
 * A callback for a token that somebody pasted. It cannot be renewed: once it has expired, calls reject with `auth_failed`
 * that says since when.
 *
 * @throws SessionsError `invalid_options` when there is no token.
 */
export function staticAuth(token: string | AccessToken): AuthCallback {
  const text: unknown = typeof token === 'object' && token !== null ? token.token : token;
  if (typeof text !== 'string' || text.trim() === '') {
    throw new SessionsError(
      'invalid_options',
      '`staticAuth` was given no token; pass a string or { token, expiresOnTimestamp }.',
    );
  }
  return () => {
    // Any other fault of the token is told by the cache that asked for it.
    const expiry = readToken(token, 0).expiresOnTimestamp ?? Infinity;
    if (expiry <= Date.now()) {
      const since = new Date(expiry).toISOString();
      throw new SessionsError(
        'auth_failed',
        `The static token expired at ${since}. Paste a new one, or use azureIdentityAuth().`,
      );
    }
    return token;
  };
}
