import { type Abortable, onAbort } from '../abort-listeners.js';
import { currentContext, inContext } from './call-context.js';
import type { CallContext, Turn } from './call-context.js';

/** A turn, and what may call off the wait for it. */
export interface TurnOptions extends Turn {
  readonly signal: Abortable;
  /** Whether what runs in the turn takes no other one. @default false */
  readonly leaf?: boolean;
}

/** One that waits behind a turn. */
interface Waiting {
  readonly begin: () => void;
  readonly leave: (reason: unknown) => void;
}

/** First in, first out. */
type Line = Waiting[];

// By plugin instance, then by key: there is a line where a turn is taken.
const lines = new WeakMap<object, Map<string, Line>>();

/**
 * Runs `body` in its turn among the runs of `owner` with the same key, first in, first out. A run inside of a run of the
 * same owner and key would wait for itself: it takes its turn among those inside instead.
 *
 * @throws the signal's reason if it aborts before the turn comes, that of `sendAway`, or what `body` throws
 */
export async function inTurn<T>(
  { owner, key, signal, leaf = false }: TurnOptions,
  body: () => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const byKey = linesOf(holderOf(currentContext(), owner, key) ?? owner);
  const line = byKey.get(key);
  if (line !== undefined) await standIn(line, signal);
  else byKey.set(key, []);
  try {
    return await (leaf ? body() : inContext({ turn: { owner, key } }, body));
  } finally {
    const next = byKey.get(key)?.shift();
    if (next === undefined) byKey.delete(key);
    else next.begin();
  }
}

/** Lets those that wait for a turn reject with a reason. The one that has the turn keeps it, and so do those inside of it. */
export function sendAway({ owner, key }: Turn, reason: unknown): void {
  const waiting = lines.get(owner)?.get(key)?.slice() ?? []; // Each leaves the line.
  for (const { leave } of waiting) leave(reason);
}

/** The key of the turn that the `exclusive` of a function names. Those that name none have the empty one. */
export function namedKey(name: string): string {
  return `:${name}`;
}

function linesOf(owner: object): Map<string, Line> {
  const known = lines.get(owner);
  if (known !== undefined) return known;
  const byKey = new Map<string, Line>();
  lines.set(owner, byKey);
  return byKey;
}

/** Waits for its turn. Once it has come an abort changes nothing: whoever has a turn passes it on. */
function standIn(line: Line, signal: Abortable): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting: Waiting = {
      begin: () => {
        stay();
        resolve();
      },
      leave: (reason) => {
        stay();
        line.splice(line.indexOf(waiting), 1);
        reject(reason);
      },
    };
    const stay = onAbort(signal, () => waiting.leave(signal.reason));
    line.push(waiting);
  });
}

/** The innermost turn of the same owner and key that this runs in. */
function holderOf(context: CallContext | undefined, owner: object, key: string): CallContext | undefined {
  if (context === undefined) return undefined;
  const { turn, isOver } = context;
  // One that is over holds nothing up.
  if (!isOver && turn?.owner === owner && turn.key === key) return context;
  return holderOf(context.outer, owner, key);
}
