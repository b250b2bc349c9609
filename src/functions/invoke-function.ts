import { performance } from 'node:perf_hooks';
import { types } from 'node:util';
import { type Abortable, signalOf } from '../abort-listeners.js';
import { copyOf } from '../copy-of.js';
import { KernelError, isKernelError, messageOf } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { untilAborted } from './abort.js';
import { checkArguments } from './arguments.js';
import type { FunctionDefinition } from './definition.js';
import { throughFilters } from './filtered-runs.js';
import type { FunctionMetadata, FunctionResult, KernelArguments, KernelHandle } from './invocation.js';
import { qualifiedName } from './names.js';
import { cutMiddle, resultText } from './result-text.js';
import { isTimeoutOf, runFunction } from './run-function.js';
import { isRecord } from '../is-record.js';

/** What stands around a run is told of it. */
interface AroundContext {
  function: FunctionMetadata;
  arguments: KernelArguments;
  signal: AbortSignal;
}

/** The circumstances of a developer's call. */
export interface InvokeCircumstances {
  readonly kernel: KernelHandle;
  /** Made for this call alone. */
  readonly signal: Abortable;
  /** Runs the function with whatever stands around it: the filters of a kernel. */
  readonly around?: (context: AroundContext, body: (args: KernelArguments) => Promise<unknown>) => Promise<unknown>;
}

/**
 * Runs a function for the developer: what goes wrong is thrown.
 *
 * @throws KernelError `invalid_arguments`, `function_timeout`, `filter_failed` or `function_failed`; on an abort the
 *   signal's reason
 */
export async function invokeFunction<R>(
  definition: FunctionDefinition,
  args: KernelArguments,
  { kernel, signal, around }: InvokeCircumstances,
): Promise<FunctionResult<R>> {
  const startedAt = performance.now();
  signal.throwIfAborted();
  if (!isRecord(args)) throw noArguments(definition, args);
  const check = checkOf(definition, args);
  const checked = types.isPromise(check) ? await untilAborted(check, signal) : check;
  if (checked.type !== 'valid') throw invalidArguments(definition, checked.issues);
  const scope = { kernel, arguments: Object.freeze(copyOf(args)), signal };
  try {
    // Without anything around it the function itself is left at once on an abort.
    const value =
      around === undefined
        ? await runFunction(definition, checked.arguments, { ...scope, ownsSignal: true })
        : await throughFilters(signal, (runs) =>
            around(contextOf(definition, checked.arguments, signal), (current) =>
              runs.make((own) => runFunction(definition, current, { ...scope, signal: own })),
            ),
          );
    const text = textOf(value, definition);
    const durationMs = performance.now() - startedAt;
    return { function: definition.metadata, value: value as R, text, durationMs, toString: () => text };
  } catch (error) {
    throw signal.aborted ? signal.reason : failure(error, definition);
  }
}

/** A schema may run code of its own, which may throw. */
function checkOf(definition: FunctionDefinition, args: KernelArguments): ReturnType<typeof checkArguments> {
  const check = checkArguments(definition.input, { caller: args });
  if (!types.isPromise(check)) return check;
  return check.catch((error: unknown) => {
    throw failure(error, definition);
  });
}

function contextOf({ metadata }: FunctionDefinition, args: KernelArguments, signal: Abortable): AroundContext {
  return { function: metadata, arguments: args, signal: signalOf(signal) };
}

function invalidArguments(definition: FunctionDefinition, issues: readonly string[]): KernelError {
  const list = issues.map((issue) => `\n- ${issue}`).join('');
  return new KernelError('invalid_arguments', `Invalid arguments for "${qualifiedName(definition)}":${list}`, {
    data: { issues },
  });
}

function noArguments(definition: FunctionDefinition, given: unknown): KernelError {
  return invalidArguments(definition, [`arguments: must be an object of values by their names, not ${kindOf(given)}`]);
}

function textOf(value: unknown, definition: FunctionDefinition): string {
  try {
    return cutMiddle(resultText(value), definition.maxResultChars);
  } catch {
    // The developer has the value; only its text is missing.
    return `[a value of "${qualifiedName(definition)}" that cannot be converted to text]`;
  }
}

function failure(error: unknown, definition: FunctionDefinition): KernelError {
  if (isKernelError(error) && (error.code === 'filter_failed' || isTimeoutOf(definition, error))) return error;
  return new KernelError('function_failed', `Function "${qualifiedName(definition)}" failed: ${messageOf(error)}`, {
    cause: error,
  });
}
