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
/** What runs at this moment, if it is without the storage. */
let running: Entry | undefined;
/** What was taken for one that returns a value and has returned a promise, until that settles. */
let mistaken: Entry | undefined;
/** For what has been run: whether it has only ever returned values, and no promise. */
const valued = new WeakMap<object, boolean>();

/** The innermost context that this runs in. One that is over is left: work that it set off and forgot is on its own. */
export function currentContext(): CallContext | undefined {
  let context: CallContext | undefined = running ?? contexts.getStore() ?? mistaken;
  while (context?.isOver === true) context = context.outer;
  return context;
}

/**
 * Runs `body` inside of a context, which is over when it returns, or when the promise that it returns settles. Contexts
 * are for user code only and are switched off while none is under way: on Node 20 and 22 they make every promise of the
 * process dearer, those of a model's client above all.
 *
 * @param source whose body it is: one that has only ever returned values does without the storage, as it is over before
 *   anything else can run. Should it return a promise after all, then code that has no context is taken for a part of it.
 */
export function inContext<T>(fields: CallContextFields, body: () => T, source?: object): T {
  const context = contextOf(fields);
  // Also beside a mistaken one: two of these could not be told apart.
  const isStored = underWay > 0 || mistaken !== undefined || source === undefined || valued.get(source) !== true;
  const leave = (): void => {
    context.isOver = true;
    if (context === mistaken) mistaken = undefined;
    if (!isStored) return;
    underWay -= 1;
    if (underWay === 0) contexts.disable();
  };
  if (isStored) underWay += 1;
  const before = running;
  running = isStored ? undefined : context;
  let isPending = false;
  try {
    const outcome = isStored ? contexts.run(context, body) : body();
    isPending = types.isPromise(outcome);
    if (source !== undefined && (isPending || !valued.has(source))) valued.set(source, !isPending);
    if (isPending && !isStored) mistaken = context;
    // Ahead of those who wait for the outcome.
    if (types.isPromise(outcome)) outcome.then(leave, leave);
    return outcome;
  } finally {
    running = before;
    if (!isPending) leave();
  }
}

function contextOf({ depth, scope, turn }: CallContextFields): Entry {
  const outer = currentContext();
  return { outer, depth: depth ?? outer?.depth ?? 0, scope: scope ?? outer?.scope, turn, isOver: false };
}
