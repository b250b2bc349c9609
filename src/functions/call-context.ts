import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import type { InvocationScope } from './invocation.js';

/** What runs one at a time: per owner (the plugin instance), and per key. */
export interface Turn {
  readonly owner: object;
  readonly key: string;
}

/** Something of a kernel that is under way, as what runs inside of it sees it. */
export interface CallContext {
  readonly outer: CallContext | undefined;
  /** How many runs of `chat` it is inside of. */
  readonly depth: number;
  /** Of the innermost function. */
  readonly scope: InvocationScope | undefined;
  /** The turn that it takes itself, if it takes one. */
  readonly turn: Turn | undefined;
  readonly isOver: boolean;
}

/** What a context says of itself; the rest it has from the one around it. */
export interface CallContextFields {
  readonly depth?: number | undefined;
  readonly scope?: InvocationScope;
  readonly turn?: Turn;
}

type Entry = { -readonly [Field in keyof CallContext]: CallContext[Field] };

const contexts = new AsyncLocalStorage<CallContext>();
let underWay = 0;

/** The innermost context that this runs in. One that is over is left: work that it set off and forgot is on its own. */
export function currentContext(): CallContext | undefined {
  let context = contexts.getStore();
  while (context?.isOver === true) context = context.outer;
  return context;
}

/**
 * Runs `body` inside of a context, which is over when it returns, or when the promise that it returns settles. Contexts
 * are for user code only and are switched off while none is under way: on Node 20 and 22 they make every promise of the
 * process dearer, those of a model's client above all. Also a body that has only ever returned values has one: should it
 * return a promise after all, nothing else could tell its code from that of another user of the process.
 */
export function inContext<T>(fields: CallContextFields, body: () => T): T {
  const context = contextOf(fields);
  const leave = (): void => {
    context.isOver = true;
    underWay -= 1;
    if (underWay === 0) contexts.disable();
  };
  underWay += 1;
  let isPending = false;
  try {
    const outcome = contexts.run(context, body);
    isPending = types.isPromise(outcome);
    // Ahead of those who wait for the outcome.
    if (types.isPromise(outcome)) outcome.then(leave, leave);
    return outcome;
  } finally {
    if (!isPending) leave();
  }
}

function contextOf({ depth, scope, turn }: CallContextFields): Entry {
  const outer = currentContext();
  return { outer, depth: depth ?? outer?.depth ?? 0, scope: scope ?? outer?.scope, turn, isOver: false };
}
