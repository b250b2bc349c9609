import { KernelError, isKernelError, messageOf } from '../errors.js';
import { untilAborted } from '../functions/abort.js';
import { checkArguments } from '../functions/arguments.js';
import type { FunctionDefinition } from '../functions/definition.js';
import type { FunctionResult, KernelArguments } from '../functions/invocation.js';
import { cutMiddle, resultText } from '../functions/result-text.js';
import { isTimeoutOf, runFunction } from '../functions/run-function.js';
import type { KernelState } from './kernel-state.js';
import { traceInvoke } from './telemetry.js';

/** Runs a function for the developer: what goes wrong is thrown. */
export async function invokeFunction<R>(
  state: KernelState,
  definition: FunctionDefinition,
  { args, signal }: { args: KernelArguments; signal: AbortSignal },
): Promise<FunctionResult<R>> {
  signal.throwIfAborted();
  const traced = { wireName: qualified(definition), description: definition.metadata.description };
  return traceInvoke(traced, () => checkAndInvoke<R>(state, definition, { args, signal }));
}

async function checkAndInvoke<R>(
  state: KernelState,
  definition: FunctionDefinition,
  { args, signal }: { args: KernelArguments; signal: AbortSignal },
): Promise<FunctionResult<R>> {
  const startedAt = performance.now();
  const { metadata } = definition;
  const checked = await untilAborted(checkArguments(definition.input, { caller: args }), signal);
  if (checked.type !== 'valid') {
    const issues = checked.issues.map((issue) => `\n- ${issue}`).join('');
    throw new KernelError('invalid_arguments', `Invalid arguments for "${qualified(definition)}":${issues}`, {
      data: { issues: checked.issues },
    });
  }
  const scope = { kernel: state.handle, arguments: Object.freeze({ ...args }), signal };
  const body = (current: KernelArguments): Promise<unknown> => runFunction(definition, current, scope);
  const context = { function: metadata, arguments: checked.arguments, signal };
  try {
    const value = state.filters.has('function')
      ? await untilAborted(state.filters.runFunction(context, body), signal)
      : await body(checked.arguments);
    const text = textOf(value, definition);
    return {
      function: metadata,
      value: value as R,
      text,
      durationMs: performance.now() - startedAt,
      toString: () => text,
    };
  } catch (error) {
    throw signal.aborted ? signal.reason : failure(error, definition);
  }
}

function textOf(value: unknown, definition: FunctionDefinition): string {
  try {
    return cutMiddle(resultText(value), definition.maxResultChars);
  } catch {
    // The developer has the value; only its text is missing.
    return `[a value of "${qualified(definition)}" that cannot be converted to text]`;
  }
}

function failure(error: unknown, definition: FunctionDefinition): KernelError {
  if (isKernelError(error) && (error.code === 'filter_failed' || isTimeoutOf(definition, error))) return error;
  return new KernelError('function_failed', `Function "${qualified(definition)}" failed: ${messageOf(error)}`, {
    cause: error,
  });
}

function qualified({ metadata }: FunctionDefinition): string {
  return metadata.pluginName === '' ? metadata.name : `${metadata.pluginName}-${metadata.name}`;
}
