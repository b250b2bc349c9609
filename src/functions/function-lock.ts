import { AsyncLocalStorage } from 'node:async_hooks';
import { untilAborted } from './abort.js';

/** What runs one at a time: per owner (the plugin instance), and per key. */
export interface TurnOptions {
  readonly owner: object;
  readonly key: string;
  readonly signal: AbortSignal;
}

interface Turn {
  readonly owner: object;
  readonly key: string;
  readonly outer: Turn | undefined;
  isOver: boolean;
}

const running = new AsyncLocalStorage<Turn>();

// By plugin instance, then by key: the last run that was let in or waits. Entries go when nobody waits behind them.
const queues = new WeakMap<object, Map<string, Promise<void>>>();

/**
 * Runs `body` in its turn among the runs of `owner` with the same key, first in, first out. A run inside of a run of the
 * same owner and key would wait for itself: it takes its turn among those inside instead.
 *
 * @throws the signal's reason if it aborts before the turn comes, or what `body` throws
 */
export async function inTurn<T>({ owner, key, signal }: TurnOptions, body: () => Promise<T>): Promise<T> {
  const outer = running.getStore();
  const leave = await takeTurn({ owner: holderOf(outer, owner, key) ?? owner, key, signal });
  const turn: Turn = { owner, key, outer, isOver: false };
  try {
    return await running.run(turn, body);
  } finally {
    turn.isOver = true;
    leave();
  }
}

/** The innermost turn of the same owner and key that this runs in. One that is over holds nothing up. */
function holderOf(turn: Turn | undefined, owner: object, key: string): Turn | undefined {
  if (turn === undefined || (!turn.isOver && turn.owner === owner && turn.key === key)) return turn;
  return holderOf(turn.outer, owner, key);
}

async function takeTurn({ owner, key, signal }: TurnOptions): Promise<() => void> {
  signal.throwIfAborted();
  const queue = queues.get(owner) ?? new Map<string, Promise<void>>();
  queues.set(owner, queue);
  const before = queue.get(key);
  let finish = (): void => {};
  const mine = new Promise<void>((resolve) => (finish = resolve));
  // A waiter that gives up must not let those behind it overtake the one that still runs.
  const turn = before === undefined ? mine : before.then(() => mine);
  queue.set(key, turn);
  const leave = (): void => {
    finish();
    void turn.then(() => queue.get(key) === turn && queue.delete(key));
  };
  try {
    if (before !== undefined) await untilAborted(before, signal);
    return leave;
  } catch (error) {
    leave();
    throw error;
  }
}
