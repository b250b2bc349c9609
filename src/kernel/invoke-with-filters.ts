import type { FunctionDefinition } from '../functions/definition.js';
import type { FunctionResult, KernelArguments } from '../functions/invocation.js';
import { invokeFunction, qualifiedName } from '../functions/invoke-function.js';
import type { FunctionBody } from '../functions/invoke-function.js';
import type { KernelState } from './kernel-state.js';
import { traceInvoke } from './telemetry.js';

/** Runs a function for the developer inside of the filters: what goes wrong is thrown. */
export async function invokeWithFilters<R>(
  { handle: kernel, filters }: KernelState,
  definition: FunctionDefinition,
  { args, signal }: { args: KernelArguments; signal: AbortSignal },
): Promise<FunctionResult<R>> {
  const { metadata } = definition;
  const around = (checked: KernelArguments, body: FunctionBody): Promise<unknown> =>
    filters.has('function')
      ? filters.runFunction({ function: metadata, arguments: checked, signal }, body)
      : body(checked);
  signal.throwIfAborted();
  const traced = { wireName: qualifiedName(definition), description: metadata.description };
  return traceInvoke(traced, () => invokeFunction<R>(definition, { kernel, args, signal, around }));
}
