import { types } from 'node:util';
import type { Abortable } from '../abort-listeners.js';
import { KernelError, isKernelError } from '../errors.js';
import { linkSignal, untilAborted } from './abort.js';
import { positionalValues } from './arguments.js';
import { inContext } from './call-context.js';
import type { FunctionDefinition } from './definition.js';
import { inTurn, namedKey } from './function-lock.js';
import type { KernelArguments } from './invocation.js';
import { qualifiedName } from './names.js';
import { RunningScope } from './running-scope.js';
import type { ScopeParts } from './running-scope.js';
import { ScopeAbort } from './scope-abort.js';

/** The circumstances of a run; its signal is the caller's. */
export interface RunScope extends ScopeParts {
  /** How many runs of `chat` it is inside of. @default as many as what surrounds it */
  readonly depth?: number | undefined;
  /** Whether the signal was made for this call alone. @default false */
  readonly ownsSignal?: boolean | undefined;
  /** Where runs that have begun at once are to queue in an order. */
  readonly place?: QueuePlace | undefined;
}

/** A place in the order in which runs queue for their exclusive turns. */
export interface QueuePlace {
  /** Those before it have queued, or will not; nothing: there are none. */
  readonly before: Promise<void> | undefined;
  /** Lets those behind it queue. */
  readonly take: () => void;
}

/**
 * Runs a function whose arguments have been checked: waits for its turn if it is exclusive, sets its time-out, and
 * calls it. An async iterable is collected into an array. A function that ignores its signal is abandoned: its turn
 * ends, and what becomes of it is dropped.
 *
 * @throws the signal's reason on an abort, KernelError `function_timeout`, or what the function threw
 */
export function runFunction(
  definition: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): Promise<unknown> {
  return definition.exclusive === false
    ? callFunction(definition, args, runScope)
    : runInTurn(definition, args, runScope);
}

async function runInTurn(definition: FunctionDefinition, args: KernelArguments, runScope: RunScope): Promise<unknown> {
  const { signal, place } = runScope;
  const { owner, leaf } = definition;
  signal.throwIfAborted();
  const key = exclusiveKey(definition, args, runScope);
  if (place?.before !== undefined) await untilAborted(place.before, signal);
  const run = inTurn({ owner, key, signal, leaf }, () => callFunction(definition, args, runScope));
  place?.take();
  return await run;
}

/** What the run of a function is queued under, among the runs of the functions of its owner. */
function exclusiveKey({ exclusive, metadata }: FunctionDefinition, args: KernelArguments, runScope: RunScope): string {
  if (typeof exclusive !== 'function') return '';
  return namedKey(exclusive(args, new RunningScope(metadata, runScope, ScopeAbort.own(runScope.signal))));
}

async function callFunction(
  definition: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): Promise<unknown> {
  const { metadata, timeoutMs, input, body, leaf } = definition;
  const { signal: given, ownsSignal = false, depth } = runScope;
  given.throwIfAborted();
  const linked = timeoutMs === undefined ? undefined : linkSignal(given, timeoutMs);
  const signal = linked ?? given;
  const abort = linked !== undefined || ownsSignal ? ScopeAbort.own(signal) : ScopeAbort.shared(signal);
  const scope = new RunningScope(metadata, runScope, abort);
  try {
    const work = (): unknown => settled(body(positionalValues(input, args), scope), signal);
    const outcome = leaf ? work() : inContext({ scope, depth }, work);
    if (types.isPromise(outcome)) return await untilAborted(outcome, signal);
    signal.throwIfAborted();
    return outcome;
  } catch (error) {
    if (linked?.timedOut === true) throw timeoutError(definition, error);
    throw given.aborted ? given.reason : error;
  } finally {
    abort.release();
    linked?.release();
  }
}

/** What a function gave, or a promise where that is still to come. */
function settled(value: unknown, signal: Abortable): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  // First: what a program's library gives may be both, and is meant to be waited for.
  if (typeof Reflect.get(value, 'then') === 'function') return later(value, signal);
  return isAsyncIterable(value) ? collect(value, signal) : value;
}

async function later(promised: unknown, signal: Abortable): Promise<unknown> {
  const value = await promised;
  return isAsyncIterable(value) ? await collect(value, signal) : value;
}

async function collect(iterable: AsyncIterable<unknown>, signal: Abortable): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of iterable) {
    if (signal.aborted) break;
    items.push(item);
  }
  return items;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Whether an error says that this function's own time was up, not that of one it called. */
export function isTimeoutOf({ metadata }: FunctionDefinition, error: unknown): boolean {
  return isKernelError(error) && error.code === 'function_timeout' && error.data?.['function'] === metadata;
}

function timeoutError(definition: FunctionDefinition, cause: unknown): KernelError {
  const { metadata, timeoutMs } = definition;
  const message = `Function "${qualifiedName(definition)}" did not finish within ${timeoutMs} ms and was cancelled; raise its \`timeoutMs\`.`;
  return new KernelError('function_timeout', message, { cause, data: { timeoutMs, function: metadata } });
}
