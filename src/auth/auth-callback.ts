import { isSessionsError, propertyOf, SessionsError } from '../errors.js';
import { readJwtClaims } from './jwt.js';
import { redactedCause, redactedMessage } from './redact-secrets.js';
import type { SeenTokens } from './seen-tokens.js';

/**
 * Where tokens come from: any function, synchronous or not. It is called once for all who wait, and again only when the
 * token is about to expire or the service has rejected it; it need not cache. One that has not answered after 120 s is
 * given up and asked anew when a token is needed next; a token that it gives later is still used. `msalAuth` and
 * `azureIdentityAuth` have 20 minutes where a person signs in.
 *
 * @example
 * const authCallback: AuthCallback = async ({ scope, signal }) => {
 *   const answer = await fetch(`https://broker.example/token?scope=${encodeURIComponent(scope)}`, {
 *     signal: signal ?? null,
 *   });
 *   return await answer.text();
 * };
 */
export type AuthCallback = (context: AuthContext) => string | AccessToken | Promise<string | AccessToken>;

/** What a callback is told. */
export interface AuthContext {
  /** Such as `https://dynamicsessions.io/.default`. */
  readonly scope: string;
  /** True when the service rejected the earlier token: a cache of the callback's own has to be bypassed. */
  readonly forceRefresh: boolean;
  /** The claims of the service's challenge (continuous access evaluation), as JSON text. */
  readonly claims?: string;
  /** Aborted when nobody waits for the token any more, and when the callback is given up. */
  readonly signal?: AbortSignal;
}

/** A token and how long it lives. Times in milliseconds since 1970, as in `@azure/core-auth`. */
export interface AccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  /** When to fetch the next one while this one still serves. */
  readonly refreshAfterTimestamp?: number | undefined;
}

/** What a callback's answer comes to: without `expiresOnTimestamp` the token is opaque. */
export interface ReadToken {
  readonly token: string;
  readonly expiresOnTimestamp?: number;
  readonly refreshAfterTimestamp?: number;
}

/** Who is asked for tokens, and what is kept of it. */
export interface TokenSource {
  readonly callback: AuthCallback;
  readonly seen: SeenTokens;
  readonly now: () => number;
}

/**
 * Calls a callback and reads its answer.
 *
 * @throws SessionsError `auth_failed` for a callback that throws, rejects or returns no usable token, with a redacted cause.
 */
export async function askForToken({ callback, seen, now }: TokenSource, context: AuthContext): Promise<ReadToken> {
  let answer: unknown;
  try {
    answer = await callback(context);
  } catch (error) {
    throw callbackFailure(error, seen.list());
  }
  seen.remember(answer);
  return readToken(answer, now());
}

/** A ready-made callback says itself what has failed; but only here it is known which tokens there were. */
function callbackFailure(error: unknown, secrets: readonly string[]): SessionsError {
  const message = redactedMessage(error, secrets);
  if (!isSessionsError(error) || error.code !== 'auth_failed') {
    const cause = redactedCause(error, secrets);
    return new SessionsError('auth_failed', `The auth callback failed: ${message}`, { cause });
  }
  const cause = error.cause === undefined ? {} : { cause: redactedCause(error.cause, secrets) };
  return new SessionsError('auth_failed', message, cause);
}

/**
 * Reads what a callback returned. A bare string that decodes as a JSON Web Token lives until its `exp`; any other is opaque.
 *
 * @throws SessionsError `auth_failed` that says what is wrong with the answer, and never shows it.
 */
export function readToken(returned: unknown, now: number): ReadToken {
  if (returned === undefined || returned === null) throw badAnswer(`returned no token (${String(returned)})`);
  if (typeof returned === 'string') return readBareToken(returned, now);
  if (typeof returned !== 'object') throw badAnswer(`returned a ${typeof returned} instead of a token`);
  const token = propertyOf(returned, 'token');
  if (typeof token !== 'string') {
    throw badAnswer('returned an object without a text in `token`', 'Return { token, expiresOnTimestamp }.');
  }
  checkTokenText(token);
  const expiresOnTimestamp = readTime(returned, 'expiresOnTimestamp');
  if (expiresOnTimestamp === undefined) {
    throw badAnswer(
      'returned an object without `expiresOnTimestamp`',
      'Return { token, expiresOnTimestamp }, or the bare token.',
    );
  }
  checkExpiry(expiresOnTimestamp, now);
  const refreshAfterTimestamp = readTime(returned, 'refreshAfterTimestamp');
  if (refreshAfterTimestamp !== undefined) checkUnit(refreshAfterTimestamp, now, 'refreshAfterTimestamp');
  return { token, expiresOnTimestamp, ...(refreshAfterTimestamp === undefined ? {} : { refreshAfterTimestamp }) };
}

/**
 * Narrows what another library returned to an answer of a callback.
 *
 * @throws SessionsError `auth_failed` for anything that holds no token.
 */
export function toCallbackAnswer(returned: unknown): string | AccessToken {
  const { token, expiresOnTimestamp, refreshAfterTimestamp } = readToken(returned, 0);
  if (expiresOnTimestamp === undefined) return token;
  return { token, expiresOnTimestamp, ...(refreshAfterTimestamp === undefined ? {} : { refreshAfterTimestamp }) };
}

function readBareToken(token: string, now: number): ReadToken {
  checkTokenText(token);
  const expiresOnTimestamp = readJwtClaims(token)?.expiresOnTimestamp;
  if (expiresOnTimestamp === undefined) return { token };
  checkExpiry(expiresOnTimestamp, now);
  return { token, expiresOnTimestamp };
}

function checkTokenText(token: string): void {
  if (token.trim() === '') throw badAnswer('returned an empty token');
  if (/^\s*bearer\s/i.test(token)) {
    throw badAnswer('returned a token with a "Bearer " prefix', 'Return the token alone; the prefix is added.');
  }
  if (/[\r\n]/.test(token)) throw badAnswer('returned a token with a line break in it', 'Trim what you read.');
  if (/\s/.test(token)) throw badAnswer('returned a token with blanks in it', 'Trim what you read.');
  if (!/^[\x21-\x7e]+$/.test(token)) throw badAnswer('returned a token with characters that no HTTP header may hold');
}

function readTime(answer: object, field: 'expiresOnTimestamp' | 'refreshAfterTimestamp'): number | undefined {
  const value = propertyOf(answer, field);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const found = typeof value === 'number' ? String(value) : value instanceof Date ? 'a Date' : `a ${typeof value}`;
  throw badAnswer(`returned ${found} in \`${field}\``, 'It is a number: milliseconds since 1970.');
}

function checkExpiry(expiresOnTimestamp: number, now: number): void {
  if (expiresOnTimestamp > now) return;
  checkUnit(expiresOnTimestamp, now, 'expiresOnTimestamp');
  const agoInSeconds = Math.round((now - expiresOnTimestamp) / 1000);
  throw badAnswer(
    `returned a token whose expiry lies in the past (${agoInSeconds} s ago)`,
    'Fetch a fresh token, and check the clock of this machine.',
  );
}

/** A time in seconds lies in January 1970 when read as milliseconds, and in the future when read as seconds. */
function checkUnit(time: number, now: number, field: string): void {
  if (time >= now / 100 || time * 1000 <= now) return;
  throw badAnswer(`returned \`${field}\` in seconds`, 'It is in milliseconds since 1970.');
}

function badAnswer(
  what: string,
  advice = 'Return the token as a string, or { token, expiresOnTimestamp }.',
): SessionsError {
  return new SessionsError('auth_failed', `The auth callback ${what}. ${advice}`);
}
