import { KernelError } from '../errors.js';
import type { KernelPlugin } from './define-plugin.js';
import { definitionOf } from './definition.js';
import type { FunctionDefinition } from './definition.js';
import type { KernelHandle } from './invocation.js';
import { isPluginName, namesOf } from './names.js';
import { createPluginHandle } from './plugin-handle.js';
import { checkIsPlugin, pluginFromObject } from './plugin-from-object.js';
import { resolveName } from './resolve-name.js';

// An object is read once, as by a kernel that it is registered in.
const known = new WeakMap<object, VisibleFunctions>();

/**
 * The functions of a decorated instance, or of a plugin, that a model may see: for those who bring a loop of their own.
 *
 * @throws KernelError `invalid_metadata` or `invalid_name`, as `kernel.addPlugin` does
 */
export function visibleFunctionsOf(plugin: object): VisibleFunctions {
  const found = known.get(plugin);
  if (found !== undefined) return found;
  checkIsPlugin(plugin);
  // Its name matters in a kernel only: here a class without a name will do.
  const named = isPluginName(Reflect.get(plugin, 'name')) || isPluginName(plugin.constructor?.name);
  const functions = new VisibleFunctions(pluginFromObject(plugin, named ? undefined : 'plugin'));
  known.set(plugin, functions);
  return functions;
}

/** See {@link visibleFunctionsOf}. */
export class VisibleFunctions {
  readonly plugin: KernelPlugin;
  readonly all: readonly FunctionDefinition[];
  /** What a function that is run may ask for: the functions of its plugin, hidden ones included. */
  readonly handle: KernelHandle;
  readonly #byName: ReadonlyMap<string, FunctionDefinition>;

  constructor(plugin: KernelPlugin) {
    this.plugin = plugin;
    this.all = plugin.functions.map(definitionOf).filter(({ metadata }) => metadata.modelVisible);
    this.handle = createPluginHandle([plugin]);
    this.#byName = new Map(this.all.flatMap((each) => namesOf(each.metadata).map((name) => [name, each])));
  }

  /**
   * The function that the developer means.
   *
   * @param name its name, or `plugin-name`; default: the first that a model may see
   * @throws KernelError `function_not_found`
   */
  get(name?: string): FunctionDefinition {
    const found = name === undefined ? this.all[0] : this.#byName.get(name);
    if (found !== undefined) return found;
    const list = this.all.map(({ metadata }) => `"${metadata.name}"`).join(', ') || 'none';
    const what = name === undefined ? 'no function' : `no function "${name}"`;
    throw new KernelError(
      'function_not_found',
      `Plugin "${this.plugin.name}" has ${what} that a model may see. It may see: ${list}.`,
    );
  }

  /** The function that a model means, by whatever name; `others` are names that it was given besides the function's own. */
  resolve(name: string, others: ReadonlyMap<string, FunctionDefinition>): FunctionDefinition | undefined {
    return resolveName(name, new Map([...this.#byName, ...others]), ({ metadata }) => metadata.name);
  }
}
