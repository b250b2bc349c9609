import { KernelError, isKernelError, messageOf } from '../errors.js';
import { untilAborted } from './abort.js';
import { checkArguments } from './arguments.js';
import type { FunctionDefinition } from './definition.js';
import type { FunctionResult, KernelArguments, KernelHandle } from './invocation.js';
import { cutMiddle, resultText } from './result-text.js';
import { isTimeoutOf, runFunction } from './run-function.js';

/** A run of a function, as what is around it gets hold of it. */
export type FunctionBody = (args: KernelArguments) => Promise<unknown>;

/** How a function is invoked. */
export interface InvokeFunctionOptions {
  readonly kernel: KernelHandle;
  readonly args: KernelArguments;
  readonly signal: AbortSignal;
  /** Runs around the function, with checked arguments. @default nothing */
  readonly around?: ((args: KernelArguments, body: FunctionBody) => Promise<unknown>) | undefined;
}

/**
 * Runs a function for the developer: what goes wrong is thrown.
 *
 * @throws KernelError `invalid_arguments` with `data.issues`, `function_timeout`, `filter_failed`, or `function_failed`
 *   with what the function threw as `cause`; on an abort the signal's reason itself
 */
export async function invokeFunction<R>(
  definition: FunctionDefinition,
  { kernel, args, signal, around }: InvokeFunctionOptions,
): Promise<FunctionResult<R>> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const checked = await untilAborted(checkArguments(definition.input, { caller: args }), signal);
  if (checked.type !== 'valid') {
    const issues = checked.issues.map((issue) => `\n- ${issue}`).join('');
    throw new KernelError('invalid_arguments', `Invalid arguments for "${qualifiedName(definition)}":${issues}`, {
      data: { issues: checked.issues },
    });
  }
  const scope = { kernel, arguments: Object.freeze({ ...args }), signal };
  const body: FunctionBody = (current) => runFunction(definition, current, scope);
  try {
    const value =
      around === undefined
        ? await body(checked.arguments)
        : await untilAborted(around(checked.arguments, body), signal);
    const text = textOf(value, definition);
    return {
      function: definition.metadata,
      value: value as R,
      text,
      durationMs: performance.now() - startedAt,
      toString: () => text,
    };
  } catch (error) {
    throw signal.aborted ? signal.reason : failure(error, definition);
  }
}

/** The name of a function for people: with that of its plugin, if it is in one. */
export function qualifiedName({ metadata }: FunctionDefinition): string {
  return metadata.pluginName === '' ? metadata.name : `${metadata.pluginName}-${metadata.name}`;
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
