import type { SharedCall } from './shared-call.js';

/** A token that is handed out while it is valid. */
export interface HeldToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  readonly refreshAfterTimestamp: number;
}

/** A question to the callback that is under way. */
export interface Fetch {
  readonly call: SharedCall<string>;
  readonly forced: boolean;
  /** Whether it was asked early, while the token before still served. */
  readonly early: boolean;
}

/** What a cache knows of one pair of scope and claims. */
export interface Entry {
  held?: HeldToken | undefined;
  fetch?: Fetch | undefined;
  /** Rises with every fetch and every invalidation. */
  generation: number;
  /** The last generation that was forced, or begun by an invalidation: a reply to an earlier question is not kept. */
  oldestKept: number;
  forceNext: boolean;
  backgroundNotBefore: number;
}

/**
 * The entry of this key, made where there is none. Claims differ from challenge to challenge, and the map would grow with
 * every one of them: whenever an entry is made, those go that hold nothing any more.
 */
export function entryFor(key: string, entries: Map<string, Entry>, now: number): Entry {
  const known = entries.get(key);
  if (known) return known;
  for (const [otherKey, other] of entries) {
    const alive = isUnderWay(other) || other.forceNext || (other.held && other.held.expiresOnTimestamp > now);
    if (!alive) entries.delete(otherKey);
  }
  const created: Entry = { generation: 0, oldestKept: 0, forceNext: false, backgroundNotBefore: 0 };
  entries.set(key, created);
  return created;
}

/** Whether an answer is to be expected. */
export function isUnderWay({ fetch }: Entry): boolean {
  return fetch !== undefined && !fetch.call.abandoned;
}

/** Whether the answer to an earlier question, which was given up or left, serves longer than what is there. */
export function isOfMoreUse(
  late: HeldToken,
  { generation, now }: { generation: number; now: number },
  entry: Entry,
): boolean {
  const needed = Math.max(now, entry.held?.expiresOnTimestamp ?? 0);
  return generation >= entry.oldestKept && late.expiresOnTimestamp > needed;
}

/** Takes a token in, the newest there is. */
export function keep(entry: Entry, held: HeldToken): void {
  entry.forceNext = false;
  // One that is not handed out again is kept in mind too: it may yet be rejected.
  entry.held = held;
}

/** Lets go of a token that was rejected, and of a question whose answer might be the same one. */
export function forget(entry: Entry): void {
  entry.held = undefined;
  entry.forceNext = true;
  if (entry.fetch?.forced) return;
  entry.fetch = undefined;
  entry.generation += 1;
  entry.oldestKept = entry.generation;
}
