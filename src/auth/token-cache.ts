import type { Abortable } from '../abort-listeners.js';
import { askForToken, type AuthCallback, type AuthContext, type ReadToken } from './auth-callback.js';
import { SeenTokens } from './seen-tokens.js';
import { readTokenCacheOptions, type TokenCacheOptions } from './token-cache-options.js';
import { startSharedCall } from './shared-call.js';
import { type Entry, entryFor, type Fetch, type HeldToken } from './token-entries.js';

/** Hands out tokens; fetches them only when it has to. */
export interface TokenCache {
  /** A token that is valid now. Waits only if there is none. Rejects with `auth_failed`, or with `signal.reason`. */
  get(context: Partial<AuthContext> & { scope: string }): Promise<string>;
  /** Never hands out `token` again; the next fetch tells the callback to bypass its own cache. */
  invalidate(token: string): void;
}

/** What a token is asked for with. */
interface TokenQuestion {
  readonly scope: string;
  readonly forceRefresh?: boolean;
  readonly claims?: string | undefined;
  readonly signal?: Abortable | undefined;
}

/** What the HTTP client asks of a cache beyond what others may. */
export interface RenewingTokenCache extends TokenCache {
  get(question: TokenQuestion): Promise<string>;
  /** A token other than `rejected`: the one that another caller has fetched meanwhile, or one from a forced refresh that all share. */
  getInsteadOf(rejected: string, question: Omit<TokenQuestion, 'forceRefresh'>): Promise<string>;
  /** Opaque tokens that went by lately; no error may repeat them. */
  seenTokens(): readonly string[];
}

/** A provider that answers with the old token again, or fails, is not asked again in the background before this. */
const BACKGROUND_PAUSE_MS = 30_000;

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
  readonly #seen = new SeenTokens();

  constructor(callback: AuthCallback, options: TokenCacheOptions) {
    this.#callback = callback;
    this.#settings = readTokenCacheOptions(callback, options);
  }

  async get(asked: TokenQuestion): Promise<string> {
    const { scope, claims, signal, forceRefresh = false } = asked;
    signal?.throwIfAborted();
    const entry = entryFor(keyOf(asked), this.#entries, this.#settings.now());
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

  getInsteadOf(rejected: string, question: Omit<TokenQuestion, 'forceRefresh'>): Promise<string> {
    this.invalidate(rejected);
    const held = this.#entries.get(keyOf(question))?.held;
    const renewed = held !== undefined && this.#settings.now() < held.expiresOnTimestamp;
    return this.get({ ...question, forceRefresh: !renewed });
  }

  seenTokens(): readonly string[] {
    return this.#seen.list();
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
      const answer = await askForToken(
        { callback: this.#callback, seen: this.#seen, now: this.#settings.now },
        question,
      );
      if (generation === entry.generation) keep(entry, answer, this.#settings);
      return answer.token;
    } finally {
      if (generation === entry.generation) entry.fetch = undefined;
    }
  }
}

function keyOf({ scope, claims }: { scope: string; claims?: string | undefined }): string {
  return JSON.stringify([scope, claims]);
}

function keep(entry: Entry, answer: ReadToken, settings: Required<TokenCacheOptions>): void {
  entry.forceNext = false;
  const now = settings.now();
  const expiresOnTimestamp = answer.expiresOnTimestamp ?? now + settings.opaqueTokenLifetimeMs;
  const window = Math.min(settings.refreshBeforeExpiryMs, (expiresOnTimestamp - now) / 4);
  const refreshAfterTimestamp = answer.refreshAfterTimestamp ?? expiresOnTimestamp - window;
  // One that is not handed out again is kept in mind too: it may yet be rejected.
  entry.held = { token: answer.token, expiresOnTimestamp, refreshAfterTimestamp };
}

function forget(entry: Entry): void {
  entry.held = undefined;
  entry.forceNext = true;
  if (entry.fetch?.forced) return;
  entry.fetch = undefined;
  entry.generation += 1;
}
