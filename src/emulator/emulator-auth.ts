import { SessionsError } from '../errors.js';

// Structurally the AuthCallback of the library's root entry. The emulator imports nothing of the client's, so that the two
// may disagree, and be caught at it.

/** Gives a token for a scope. */
export type AuthCallback = (context: AuthContext) => string | AccessToken | Promise<string | AccessToken>;

/** What a callback is told. */
export interface AuthContext {
  readonly scope: string;
  readonly forceRefresh: boolean;
  readonly claims?: string;
  readonly signal?: AbortSignal;
}

/** A token and how long it lives. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresOnTimestamp: number;
}

const LIFETIME_MS = 60 * 60 * 1000;

/** The emulator's token, whatever is asked for; it is good for as long as the emulator lives. */
export function createEmulatorAuth(token: string): AuthCallback {
  return () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + LIFETIME_MS });
}

/** For a pool that takes an issuer's tokens: the emulator has none of these to give. */
export function refuseEmulatorAuth(issuerUrl: string): AuthCallback {
  const message = `This emulator accepts tokens of ${issuerUrl} only; give the client an \`authCallback\` that gets them there.`;
  return () => Promise.reject(new SessionsError('invalid_options', message));
}
