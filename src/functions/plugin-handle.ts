import { KernelError } from '../errors.js';
import { linkSignal } from './abort.js';
import { definitionOf } from './definition.js';
import type { KernelPlugin } from './define-plugin.js';
import type { KernelFunction, KernelHandle } from './invocation.js';
import { invokeFunction } from './invoke-function.js';
import { checkInvokeOptions } from './invoke-options.js';
import { namesOf } from './names.js';

/**
 * What stands in for a kernel where there is none: a function that invokes another one of the same plugins reaches it,
 * without filters and without a model.
 */
export function createPluginHandle(plugins: readonly KernelPlugin[]): KernelHandle {
  const handle: KernelHandle = {
    async invoke(fn, args = {}, options = {}) {
      checkInvokeOptions(options);
      const definition = definitionOf(typeof fn === 'string' ? find(plugins, fn) : fn);
      const linked = linkSignal(options.signal, options.timeoutMs);
      try {
        return await invokeFunction(definition, args, { kernel: handle, signal: linked.signal });
      } finally {
        linked.release();
      }
    },
  };
  return handle;
}

function find(plugins: readonly KernelPlugin[], wanted: string): KernelFunction {
  const all = plugins.flatMap(({ functions }) => functions);
  const found = all.find(({ metadata }) => namesOf(metadata).includes(wanted));
  if (found !== undefined) return found;
  const known = all.map(({ metadata }) => `"${metadata.pluginName}-${metadata.name}"`).join(', ') || 'none';
  throw new KernelError('function_not_found', `There is no function "${wanted}". Known here: ${known}.`);
}
