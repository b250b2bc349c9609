import { KernelError, isKernelError } from '../errors.js';
import { linkSignal, untilAborted } from './abort.js';
import { positionalValues } from './arguments.js';
import { inContext } from './call-context.js';
import type { FunctionDefinition } from './definition.js';
import { inTurn } from './function-lock.js';
import type { FunctionMetadata, InvocationScope, KernelArguments } from './invocation.js';

/** The circumstances of a run; its signal is the caller's. */
export interface RunScope extends Omit<InvocationScope, 'function'> {
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
export async function runFunction(
  definition: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): Promise<unknown> {
  const { signal, place } = runScope;
  const { owner, leaf } = definition;
  signal.throwIfAborted();
  const key = exclusiveKey(definition, args, runScope);
  if (key === undefined) return await callFunction(definition, args, runScope);
  if (place?.before !== undefined) await untilAborted(place.before, signal);
  const run = inTurn({ owner, key, signal, leaf }, () => callFunction(definition, args, runScope));
  place?.take();
  return await run;
}

/** What the run of a function is queued under, among the runs of the functions of its owner; nothing: it is not. */
function exclusiveKey(
  { exclusive, metadata }: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): string | undefined {
  if (typeof exclusive !== 'function') return exclusive ? '' : undefined;
  return `:${exclusive(args, scopeOf(metadata, runScope, runScope.signal))}`;
}

async function callFunction(
  definition: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): Promise<unknown> {
  const { metadata, timeoutMs, input, body, leaf } = definition;
  const { ownsSignal = false } = runScope;
  // A signal for each call: functions that leave their listeners behind would pile them up on one that many share.
  const linked = ownsSignal && timeoutMs === undefined ? undefined : linkSignal(runScope.signal, timeoutMs);
  const signal = linked?.signal ?? runScope.signal;
  const scope = scopeOf(metadata, runScope, signal);
  try {
    const work = async (): Promise<unknown> => {
      const value = await body(positionalValues(input, args), scope);
      return isAsyncIterable(value) ? await collect(value, signal) : value;
    };
    return await untilAborted(leaf ? work() : inContext({ scope, depth: runScope.depth }, work), signal);
  } catch (error) {
    if (linked?.timedOut()) throw timeoutError(definition, error);
    throw runScope.signal.aborted ? runScope.signal.reason : error;
  } finally {
    linked?.release();
  }
}

function scopeOf(metadata: FunctionMetadata, runScope: RunScope, signal: AbortSignal): InvocationScope {
  const { kernel, arguments: args, toolCall, attempt } = runScope;
  const scope = { kernel, function: metadata, signal, arguments: args };
  if (toolCall === undefined) return Object.freeze(scope);
  return Object.freeze(attempt === undefined ? { ...scope, toolCall } : { ...scope, toolCall, attempt });
}

async function collect(iterable: AsyncIterable<unknown>, signal: AbortSignal): Promise<unknown[]> {
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

function timeoutError({ metadata, timeoutMs }: FunctionDefinition, cause: unknown): KernelError {
  const message = `Function "${metadata.name}" did not finish within ${timeoutMs} ms and was cancelled; raise its \`timeoutMs\`.`;
  return new KernelError('function_timeout', message, { cause, data: { timeoutMs, function: metadata } });
}
