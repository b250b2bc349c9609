import { isKernelError } from 'dynamic-sessions-kernel';
import type { KernelPlugin } from 'dynamic-sessions-kernel';

/** The functions of a plugin as plain data, in their order. */
export function describePlugin(plugin: KernelPlugin): unknown {
  return plugin.functions.map(({ metadata }) => metadata);
}

/** What comes of a call: its value, or the kind of its error. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (isKernelError(error)) return `KernelError ${error.code}`;
    const decorator = error instanceof TypeError ? /^@\w+/.exec(error.message)?.[0] : undefined;
    return decorator === undefined ? String(error) : `TypeError of ${decorator}`;
  }
}
