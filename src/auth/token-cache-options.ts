import { propertyOf, SessionsError } from '../errors.js';
import { optionsProblem } from '../options-problem.js';

/** How a cache behaves. */
export interface TokenCacheOptions {
  /**
   * How long before the expiry the next token is fetched in the background, in milliseconds; at most a quarter of the
   * token's life. A `refreshAfterTimestamp` of the token wins.
   * @default 300_000
   */
  refreshBeforeExpiryMs?: number | undefined;
  /** How long a token lives that is neither a JSON Web Token nor comes with its expiry, in milliseconds. @default 0, not cached */
  opaqueTokenLifetimeMs?: number | undefined;
  /** The clock, in milliseconds since 1970. @default Date.now */
  now?: (() => number) | undefined;
}

const DEFAULTS = Object.freeze({ refreshBeforeExpiryMs: 300_000, opaqueTokenLifetimeMs: 0 });

/** The options of a cache with nothing left open. */
export interface ResolvedTokenCacheOptions {
  readonly refreshBeforeExpiryMs: number;
  readonly opaqueTokenLifetimeMs: number;
  readonly now: () => number;
}

/** @throws SessionsError `invalid_options` for a callback that is not a function or a duration that is not a number. */
export function readTokenCacheOptions(callback: unknown, options: TokenCacheOptions): ResolvedTokenCacheOptions {
  if (typeof callback !== 'function') {
    throw new SessionsError('invalid_options', '`authCallback` is not a function; pass one that returns a token.');
  }
  const problem = optionsProblem('createTokenCache', options, [...Object.keys(DEFAULTS), 'now']);
  if (problem !== undefined) throw new SessionsError('invalid_options', problem);
  if (options.now !== undefined && typeof options.now !== 'function')
    throw new SessionsError('invalid_options', '`now` is a function that gives the time in milliseconds since 1970.');
  return {
    refreshBeforeExpiryMs: readDuration(options, 'refreshBeforeExpiryMs'),
    opaqueTokenLifetimeMs: readDuration(options, 'opaqueTokenLifetimeMs'),
    now: options.now ?? Date.now,
  };
}

function readDuration(options: TokenCacheOptions, name: keyof typeof DEFAULTS): number {
  const value = options[name] ?? DEFAULTS[name];
  if (typeof value === 'number' && value >= 0) return value;
  throw new SessionsError('invalid_options', `\`${name}\` is a number of milliseconds, 0 or more.`);
}

/** @throws SessionsError `invalid_options` for a question without a scope, which no provider can answer. */
export function checkQuestion(question: unknown): void {
  const scope = propertyOf(question, 'scope');
  if (typeof scope === 'string' && scope !== '') return;
  throw new SessionsError(
    'invalid_options',
    'A token is asked for with a `scope`, such as https://dynamicsessions.io/.default.',
  );
}
