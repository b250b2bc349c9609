import { KernelError, isKernelError } from '../errors.js';
import { linkSignal, untilAborted } from './abort.js';
import { positionalValues } from './arguments.js';
import { withInvocation } from './current-invocation.js';
import type { FunctionDefinition } from './definition.js';
import { inTurn } from './function-lock.js';
import type { InvocationScope, KernelArguments } from './invocation.js';

/** The circumstances of a run; its signal is the caller's. */
export type RunScope = Omit<InvocationScope, 'function'>;

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
  const { exclusive, owner, metadata } = definition;
  const { signal } = runScope;
  signal.throwIfAborted();
  if (exclusive === false) return callFunction(definition, args, runScope);
  const key = exclusive === true ? '' : `:${exclusive(args, Object.freeze({ ...runScope, function: metadata }))}`;
  return inTurn({ owner, key, signal }, () => callFunction(definition, args, runScope));
}

async function callFunction(
  definition: FunctionDefinition,
  args: KernelArguments,
  runScope: RunScope,
): Promise<unknown> {
  const linked = linkSignal(runScope.signal, definition.timeoutMs);
  const scope: InvocationScope = Object.freeze({ ...runScope, function: definition.metadata, signal: linked.signal });
  try {
    const work = withInvocation(scope, async () =>
      settle(await definition.body(positionalValues(definition.input, args), scope), linked.signal),
    );
    return await untilAborted(work, linked.signal);
  } catch (error) {
    if (linked.timedOut()) throw timeoutError(definition, error);
    throw runScope.signal.aborted ? runScope.signal.reason : error;
  } finally {
    linked.release();
  }
}

async function settle(value: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isAsyncIterable(value)) return value;
  const items: unknown[] = [];
  for await (const item of value) {
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
