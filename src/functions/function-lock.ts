import { untilAborted } from './abort.js';

// By plugin instance, then by key: the last run that was let in or waits. Entries go when nobody waits behind them.
const queues = new WeakMap<object, Map<string, Promise<void>>>();

/**
 * Waits for its turn among the runs of `owner` with the same key, first in, first out.
 *
 * @returns what ends the turn; it must be called on every path
 * @throws the signal's reason if it aborts before the turn comes
 */
export async function takeTurn(owner: object, key: string, signal: AbortSignal): Promise<() => void> {
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
