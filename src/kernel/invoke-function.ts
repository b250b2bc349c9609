import type { Abortable } from '../abort-listeners.js';
import type { FunctionDefinition } from '../functions/definition.js';
import type { FunctionResult, KernelArguments } from '../functions/invocation.js';
import { invokeFunction as invokeUnfiltered } from '../functions/invoke-function.js';
import { qualifiedName } from '../functions/names.js';
import type { KernelState } from './kernel-state.js';
import { traceInvoke } from './telemetry.js';

/** Runs a function for the developer, through the filters: what goes wrong is thrown. */
export function invokeFunction<R>(
  state: KernelState,
  definition: FunctionDefinition,
  { args, signal }: { args: KernelArguments; signal: Abortable },
): Promise<FunctionResult<R>> {
  signal.throwIfAborted();
  const traced = { wireName: qualifiedName(definition), description: definition.metadata.description };
  return traceInvoke(traced, () =>
    invokeUnfiltered<R>(definition, args, {
      kernel: state.handle,
      signal,
      ...(state.filters.has('function') && {
        around: (context, body) => state.filters.runFunction(context, body),
      }),
    }),
  );
}
