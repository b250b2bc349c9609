import { SessionsError } from '../errors.js';
import { askForToken, type AuthCallback, type AuthContext, type ReadToken } from './auth-callback.js';
import { type SharedCall, startSharedCall } from './shared-call.js';

/** Hands out tokens; fetches them only when it has to. */
export interface TokenCache {
  /** A token that is valid now. Waits only if there is none. Rejects with `auth_failed`, or with `signal.reason`. */
  get(context: Partial<AuthContext> & { scope: string }): Promise<string>;
  /** Never hands out `token` again; the next fetch tells the callback to bypass its own cache. */
  invalidate(token: string): void;
}

/** How a cache behaves. */
export interface TokenCacheOptions {
  /**
   * How long before the expiry the next token is fetched in the background, in milliseconds; at most a quarter of the
   * token's life. A `refreshAfterTimestamp` of the token wins.
   * @default 300_000
   */
  refreshBeforeExpiryMs?: number;
  /** How long a token lives that is neither a JSON Web Token nor comes with its expiry, in milliseconds. @default 0, not cached */
  opaqueTokenLifetimeMs?: number;
  /** The clock, in milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/** What the HTTP client asks of a cache beyond what others may. */
export interface RenewingTokenCache extends TokenCache {
  /** A token other than `rejected`: the one that another caller has fetched meanwhile, or one from a forced refresh that all share. */
  getInsteadOf(rejected: string, context: Omit<AuthContext, 'forceRefresh'>): Promise<string>;
}

const DEFAULTS = Object.freeze({ refreshBeforeExpiryMs: 300_000, opaqueTokenLifetimeMs: 0 });

/** A provider that answers with the old token again, or fails, is not asked again in the background before this. */
const BACKGROUND_PAUSE_MS = 30_000;

interface HeldToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  readonly refreshAfterTimestamp: number;
}

interface Fetch {
  readonly call: SharedCall<string>;
  readonly forced: boolean;
}

interface Entry {
  held?: HeldToken | undefined;
  fetch?: Fetch | undefined;
  /** Rises with every fetch and every invalidation: a reply to an earlier question is not kept. */
  generation: number;
  forceNext: boolean;
  backgroundNotBefore: number;
}

/**
 * Makes a cache for one callback, with an entry for each pair of scope and claims.
 *
 * One fetch serves all who wait. Near its end a token is renewed in the background while it still serves; a failure of
 * that is kept quiet until the token is gone. An expired token is never handed out and a failure is never kept.
 *
 * @throws SessionsError `invalid_options` for a callback that is not a function or a duration that is not a number.
 */
export function createTokenCache(callback: AuthCallback, options: TokenCacheOptions = {}): TokenCache {
  return new CallbackTokenCache(callback, options);
}

const sharedCaches = new WeakMap<AuthCallback, RenewingTokenCache>();

/** The one cache of this callback: all clients that were given the same callback share their tokens. */
export function sharedTokenCache(callback: AuthCallback): RenewingTokenCache {
  const known = sharedCaches.get(callback);
  if (known) return known;
  const created = new CallbackTokenCache(callback, {});
  sharedCaches.set(callback, created);
  return created;
}

class CallbackTokenCache implements RenewingTokenCache {
  readonly #callback: AuthCallback;
  readonly #settings: Required<TokenCacheOptions>;
  readonly #entries = new Map<string, Entry>();

  constructor(callback: AuthCallback, options: TokenCacheOptions) {
    this.#callback = callback;
    this.#settings = readOptions(callback, options);
  }

  async get(context: Partial<AuthContext> & { scope: string }): Promise<string> {
    const { scope, claims, signal, forceRefresh = false } = context;
    signal?.throwIfAborted();
    const entry = this.#entryFor(keyOf(context));
    const question = { scope, forceRefresh: forceRefresh || entry.forceNext, ...(claims ? { claims } : {}) };
    const held = entry.held;
    if (!forceRefresh && held && this.#settings.now() < held.expiresOnTimestamp) {
      this.#refreshInBackground(entry, held, question);
      return held.token;
    }
    const running = entry.fetch;
    const joinable = running && !running.call.abandoned && (running.forced || !question.forceRefresh);
    return (joinable ? running : this.#startFetch(entry, question, false)).call.wait(signal);
  }

  invalidate(token: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.held?.token === token) forget(entry);
    }
  }

  getInsteadOf(rejected: string, context: Omit<AuthContext, 'forceRefresh'>): Promise<string> {
    this.invalidate(rejected);
    const held = this.#entries.get(keyOf(context))?.held;
    const renewed = held !== undefined && this.#settings.now() < held.expiresOnTimestamp;
    return this.get({ ...context, forceRefresh: !renewed });
  }

  #refreshInBackground(entry: Entry, held: HeldToken, question: AuthContext): void {
    const now = this.#settings.now();
    if (now < held.refreshAfterTimestamp || now < entry.backgroundNotBefore || entry.fetch) return;
    entry.backgroundNotBefore = now + Math.min(BACKGROUND_PAUSE_MS, (held.expiresOnTimestamp - now) / 4);
    this.#startFetch(entry, question, true);
  }

  #startFetch(entry: Entry, question: AuthContext, detached: boolean): Fetch {
    entry.generation += 1;
    const call = startSharedCall((signal) => this.#fetch(entry, { ...question, signal }), { detached });
    entry.fetch = { call, forced: question.forceRefresh };
    return entry.fetch;
  }

  async #fetch(entry: Entry, question: AuthContext): Promise<string> {
    const generation = entry.generation;
    try {
      const answer = await askForToken(this.#callback, question, this.#settings.now);
      if (generation === entry.generation) keep(entry, answer, this.#settings);
      return answer.token;
    } finally {
      if (generation === entry.generation) entry.fetch = undefined;
    }
  }

  #entryFor(key: string): Entry {
    const known = this.#entries.get(key);
    if (known) return known;
    // Claims differ from challenge to challenge: without this the map would grow with every one of them.
    const now = this.#settings.now();
    for (const [otherKey, other] of this.#entries) {
      const alive = other.fetch || other.forceNext || (other.held && other.held.expiresOnTimestamp > now);
      if (!alive) this.#entries.delete(otherKey);
    }
    const created: Entry = { generation: 0, forceNext: false, backgroundNotBefore: 0 };
    this.#entries.set(key, created);
    return created;
  }
}

function keyOf({ scope, claims }: { scope: string; claims?: string | undefined }): string {
  return JSON.stringify([scope, claims ?? '']);
}

function keep(entry: Entry, answer: ReadToken, settings: Required<TokenCacheOptions>): void {
  entry.forceNext = false;
  const now = settings.now();
  const expiresOnTimestamp = answer.expiresOnTimestamp ?? now + settings.opaqueTokenLifetimeMs;
  const window = Math.min(settings.refreshBeforeExpiryMs, (expiresOnTimestamp - now) / 4);
  const refreshAfterTimestamp = answer.refreshAfterTimestamp ?? expiresOnTimestamp - window;
  entry.held =
    expiresOnTimestamp > now ? { token: answer.token, expiresOnTimestamp, refreshAfterTimestamp } : undefined;
}

function forget(entry: Entry): void {
  entry.held = undefined;
  entry.forceNext = true;
  if (entry.fetch?.forced) return;
  entry.fetch = undefined;
  entry.generation += 1;
}

function readOptions(callback: unknown, options: TokenCacheOptions): Required<TokenCacheOptions> {
  if (typeof callback !== 'function') {
    throw new SessionsError('invalid_options', '`authCallback` is not a function; pass one that returns a token.');
  }
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
