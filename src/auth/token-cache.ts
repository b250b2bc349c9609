import type { Abortable } from '../abort-listeners.js';
import { askForToken, type AuthCallback, type AuthContext, type ReadToken } from './auth-callback.js';
import { SeenTokens } from './seen-tokens.js';
import {
  checkQuestion,
  readTokenCacheOptions,
  type ResolvedTokenCacheOptions,
  type TokenCacheOptions,
} from './token-cache-options.js';
import { setSystemTimer, type LimitClock } from './answer-limit.js';
import { startSharedCall } from './shared-call.js';
import {
  type Entry,
  entryFor,
  type Fetch,
  forget,
  type HeldToken,
  isOfMoreUse,
  isUnderWay,
  keep,
} from './token-entries.js';

/** Hands out tokens; fetches them only when it has to. */
export interface TokenCache {
  /**
   * A token that is valid now. Waits only if there is none. Rejects with `auth_failed`, also when the callback does not
   * answer in time, or with `signal.reason`.
   */
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
 * A callback that has not answered after 120 s is given up, after 20 minutes if `msalAuth` or `azureIdentityAuth` waits for
 * a person to sign in: its signal is aborted, those who wait get `auth_failed`, and the next who needs a token asks anew. A
 * token that it gives later is still used.
 *
 * @throws SessionsError `invalid_options` for a callback that is not a function or a duration that is not a number.
 */
export function createTokenCache(callback: AuthCallback, options: TokenCacheOptions = {}): TokenCache {
  return createRenewingTokenCache(callback, options);
}

/** As `createTokenCache`, with the timers handed in. */
export function createRenewingTokenCache(
  callback: AuthCallback,
  options: TokenCacheOptions,
  setTimer: LimitClock['setTimer'] = setSystemTimer,
): RenewingTokenCache {
  return new CallbackTokenCache(callback, options, setTimer);
}

const sharedCaches = new WeakMap<AuthCallback, RenewingTokenCache>();

/** The one cache of this callback: all clients that were given the same callback share their tokens. */
export function sharedTokenCache(callback: AuthCallback): RenewingTokenCache {
  const known = sharedCaches.get(callback);
  if (known) return known;
  const created = createRenewingTokenCache(callback, {});
  sharedCaches.set(callback, created);
  return created;
}

class CallbackTokenCache implements RenewingTokenCache {
  readonly #callback: AuthCallback;
  readonly #settings: ResolvedTokenCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #seen = new SeenTokens();
  readonly #clock: LimitClock;

  constructor(callback: AuthCallback, options: TokenCacheOptions, setTimer: LimitClock['setTimer']) {
    this.#callback = callback;
    this.#settings = readTokenCacheOptions(callback, options);
    this.#clock = { now: this.#settings.now, setTimer };
  }

  async get(asked: TokenQuestion): Promise<string> {
    checkQuestion(asked);
    const { scope, claims, signal, forceRefresh = false } = asked;
    signal?.throwIfAborted();
    const entry = entryFor(keyOf(asked), this.#entries, this.#settings.now());
    const question = { scope, forceRefresh: forceRefresh || entry.forceNext, ...(claims ? { claims } : {}) };
    const held = entry.held;
    if (!forceRefresh && this.#isValid(held)) {
      this.#refreshInBackground(entry, held, question);
      return held.token;
    }
    const running = entry.fetch;
    const joinable = running && !running.call.abandoned && (running.forced || !question.forceRefresh);
    const fetch = joinable ? running : this.#startFetch(entry, question, false);
    try {
      return await fetch.call.wait(signal);
    } catch (error) {
      if (!fetch.call.givenUp) throw error;
      // Nobody has asked for this caller yet, or the answer to an earlier question has come late.
      if (fetch.early || (!forceRefresh && this.#isValid(entry.held))) return this.get(asked);
      throw error;
    }
  }

  invalidate(token: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.held?.token === token) forget(entry);
    }
  }

  getInsteadOf(rejected: string, question: Omit<TokenQuestion, 'forceRefresh'>): Promise<string> {
    this.invalidate(rejected);
    const held = this.#entries.get(keyOf(question))?.held;
    return this.get({ ...question, forceRefresh: !this.#isValid(held) });
  }

  seenTokens(): readonly string[] {
    return this.#seen.list();
  }

  #refreshInBackground(entry: Entry, held: HeldToken, question: AuthContext): void {
    const now = this.#settings.now();
    if (now < held.refreshAfterTimestamp || now < entry.backgroundNotBefore || isUnderWay(entry)) return;
    entry.backgroundNotBefore = now + Math.min(BACKGROUND_PAUSE_MS, (held.expiresOnTimestamp - now) / 4);
    this.#startFetch(entry, question, true);
  }

  #isValid(held: HeldToken | undefined): held is HeldToken {
    return held !== undefined && this.#settings.now() < held.expiresOnTimestamp;
  }

  #startFetch(entry: Entry, question: AuthContext, early: boolean): Fetch {
    entry.generation += 1;
    if (question.forceRefresh) entry.oldestKept = entry.generation;
    const start = (signal: AbortSignal): Promise<string> => this.#fetch(entry, { ...question, signal });
    const call = startSharedCall(start, { detached: early, clock: this.#clock });
    entry.fetch = { call, forced: question.forceRefresh, early };
    return entry.fetch;
  }

  async #fetch(entry: Entry, question: AuthContext): Promise<string> {
    const generation = entry.generation;
    try {
      const answer = await askForToken(
        { callback: this.#callback, seen: this.#seen, now: this.#settings.now },
        question,
      );
      const held = toHeld(answer, this.#settings);
      const now = this.#settings.now();
      if (generation === entry.generation || isOfMoreUse(held, { generation, now }, entry)) keep(entry, held);
      return answer.token;
    } finally {
      if (generation === entry.generation) entry.fetch = undefined;
    }
  }
}

function keyOf({ scope, claims }: { scope: string; claims?: string | undefined }): string {
  return JSON.stringify([scope, claims]);
}

function toHeld({ token, ...times }: ReadToken, settings: ResolvedTokenCacheOptions): HeldToken {
  const now = settings.now();
  const expiresOnTimestamp = times.expiresOnTimestamp ?? now + settings.opaqueTokenLifetimeMs;
  const window = Math.min(settings.refreshBeforeExpiryMs, (expiresOnTimestamp - now) / 4);
  const refreshAfterTimestamp = times.refreshAfterTimestamp ?? expiresOnTimestamp - window;
  return { token, expiresOnTimestamp, refreshAfterTimestamp };
}
