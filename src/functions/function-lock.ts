import type { Abortable } from '../abort-listeners.js';
import { untilAborted } from './abort.js';
import { currentContext, inContext } from './call-context.js';
import type { CallContext, Turn } from './call-context.js';

/** A turn, and what may call off the wait for it. */
export interface TurnOptions extends Turn {
  readonly signal: Abortable;
  /** Whether what runs in the turn takes no other one. @default false */
  readonly leaf?: boolean;
}

// By plugin instance, then by key: the last run that was let in or waits. Entries go when nobody waits behind them.
const queues = new WeakMap<object, Map<string, Promise<void>>>();

/**
 * Runs `body` in its turn among the runs of `owner` with the same key, first in, first out. A run inside of a run of the
 * same owner and key would wait for itself: it takes its turn among those inside instead.
 *
 * @throws the signal's reason if it aborts before the turn comes, or what `body` throws
 */
export async function inTurn<T>({ owner, key, signal, leaf = false }: TurnOptions, body: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { before, leave } = queueUp(holderOf(currentContext(), owner, key) ?? owner, key);
  try {
    if (before !== undefined) await untilAborted(before, signal);
    return await (leaf ? body() : inContext({ turn: { owner, key } }, body));
  } finally {
    leave();
  }
}

/** The innermost turn of the same owner and key that this runs in. */
function holderOf(context: CallContext | undefined, owner: object, key: string): CallContext | undefined {
  if (context === undefined) return undefined;
  const { turn, isOver } = context;
  // One that is over holds nothing up.
  if (!isOver && turn?.owner === owner && turn.key === key) return context;
  return holderOf(context.outer, owner, key);
}

interface PlaceInQueue {
  /** Ends with the turn before; nothing: there is none. */
  readonly before: Promise<void> | undefined;
  /** Ends the turn, or gives it up. */
  readonly leave: () => void;
}

function queueUp(owner: object, key: string): PlaceInQueue {
  const queue = queues.get(owner) ?? new Map<string, Promise<void>>();
  queues.set(owner, queue);
  const before = queue.get(key);
  let finish = (): void => {};
  const mine = new Promise<void>((resolve) => (finish = resolve));
  // A waiter that gives up must not let those behind it overtake the one that still runs.
  const turn = before === undefined ? mine : before.then(() => mine);
  queue.set(key, turn);
  const forget = (): void => {
    if (queue.get(key) === turn) queue.delete(key);
  };
  const leave = (): void => {
    finish();
    if (before === undefined) forget();
    else void turn.then(forget);
  };
  return { before, leave };
}
