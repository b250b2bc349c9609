import { types } from 'node:util';
import type { Abortable } from '../abort-listeners.js';
import { KernelError, isKernelError } from '../errors.js';
import { type LinkedSource, linkSignal, untilAborted } from './abort.js';
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
 * @returns what the function gives; a promise only where that is still to come
 * @throws the signal's reason on an abort, KernelError `function_timeout`, or what the function threw
 */
export function runFunction(definition: FunctionDefinition, args: KernelArguments, runScope: RunScope): unknown {
  return definition.exclusive === false
    ? new FunctionRun(definition, runScope).call(args)
    : runInTurn(definition, args, runScope);
}

async function runInTurn(definition: FunctionDefinition, args: KernelArguments, runScope: RunScope): Promise<unknown> {
  const { signal, place } = runScope;
  const { owner, leaf } = definition;
  signal.throwIfAborted();
  const key = exclusiveKey(definition, args, runScope);
  if (place?.before !== undefined) await untilAborted(place.before, signal);
  const run = inTurn({ owner, key, signal, leaf }, () => new FunctionRun(definition, runScope).call(args));
  place?.take();
  return await run;
}

/** What the run of a function is queued under, among the runs of the functions of its owner. */
function exclusiveKey({ exclusive, metadata }: FunctionDefinition, args: KernelArguments, runScope: RunScope): string {
  if (typeof exclusive !== 'function') return '';
  return namedKey(exclusive(args, new RunningScope(metadata, runScope, ScopeAbort.own(runScope.signal))));
}

/** One run of a function, from its call to its end. */
class FunctionRun {
  readonly #definition: FunctionDefinition;
  readonly #runScope: RunScope;
  readonly #timeout: LinkedSource | undefined;
  readonly #abort: ScopeAbort;

  /** @throws the signal's reason */
  constructor(definition: FunctionDefinition, runScope: RunScope) {
    const { signal, ownsSignal = false } = runScope;
    signal.throwIfAborted();
    this.#definition = definition;
    this.#runScope = runScope;
    this.#timeout = definition.timeoutMs === undefined ? undefined : linkSignal(signal, definition.timeoutMs);
    this.#abort =
      this.#timeout !== undefined || ownsSignal ? ScopeAbort.own(this.#signal) : ScopeAbort.shared(this.#signal);
  }

  /** What the function gives; a promise only where that is still to come. */
  call(args: KernelArguments): unknown {
    const { metadata, input, body, leaf } = this.#definition;
    const scope = new RunningScope(metadata, this.#runScope, this.#abort);
    try {
      const work = (): unknown => settled(body(positionalValues(input, args), scope), this.#signal);
      const outcome = leaf ? work() : inContext({ scope, depth: this.#runScope.depth }, work);
      if (types.isPromise(outcome)) return this.#awaited(outcome);
      this.#signal.throwIfAborted();
      this.#release();
      return outcome;
    } catch (error) {
      this.#release();
      throw this.#failure(error);
    }
  }

  async #awaited(outcome: Promise<unknown>): Promise<unknown> {
    try {
      return await untilAborted(outcome, this.#signal);
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#release();
    }
  }

  get #signal(): Abortable {
    return this.#timeout ?? this.#runScope.signal;
  }

  #failure(error: unknown): unknown {
    const { signal } = this.#runScope;
    if (this.#timeout?.timedOut === true) return timeoutError(this.#definition, error);
    return signal.aborted ? signal.reason : error;
  }

  #release(): void {
    this.#abort.release();
    this.#timeout?.release();
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
