import { KernelError } from '../errors.js';
import { definitionOf } from '../functions/definition.js';
import type { KernelPlugin } from '../functions/define-plugin.js';
import type { KernelFunction } from '../functions/invocation.js';
import { pluginFromObject } from '../functions/plugin-from-object.js';
import { optionsProblem } from '../options-problem.js';
import { advertise, wireNameOf } from './advertised-functions.js';
import type { AdvertisedFunctions } from './advertised-functions.js';
import type { FunctionFilters } from './function-choice-behavior.js';

// What models' services allow.
const LONGEST_WIRE_NAME = 64;

/** The plugins of a kernel, by name. */
export class PluginRegistry {
  readonly #plugins = new Map<string, KernelPlugin>();
  /** What a model may see when nothing is filtered; gone when the plugins change. */
  #advertised: AdvertisedFunctions | undefined;

  constructor(readonly separator: string) {}

  get all(): ReadonlyMap<string, KernelPlugin> {
    return this.#plugins;
  }

  /** @throws KernelError `duplicate_plugin`, `invalid_name`, `invalid_metadata` */
  add(
    object: object,
    name: string | undefined,
    options: { description?: string | undefined; replace?: boolean | undefined },
  ): KernelPlugin {
    if (typeof object !== 'object' || object === null) {
      throw new KernelError(
        'invalid_metadata',
        'addPlugin() takes an instance (not its class), or what definePlugin() made.',
      );
    }
    checkAddOptions(options);
    const { description, replace = false } = options;
    const plugin = pluginFromObject(object, name, description === undefined ? {} : { description });
    if (this.#plugins.has(plugin.name) && !replace) {
      throw new KernelError(
        'duplicate_plugin',
        `A plugin named "${plugin.name}" is registered already: choose another name, or pass { replace: true }.`,
      );
    }
    this.#checkWireNames(plugin);
    this.#plugins.set(plugin.name, plugin);
    this.#advertised = undefined;
    return plugin;
  }

  remove(name: string): boolean {
    this.#advertised = undefined;
    return this.#plugins.delete(name);
  }

  /** @throws KernelError `plugin_not_found` */
  get(name: string): KernelPlugin {
    const plugin = this.#plugins.get(name);
    if (plugin !== undefined) return plugin;
    throw new KernelError(
      'plugin_not_found',
      `There is no plugin named "${name}". Registered: ${list([...this.#plugins.keys()])}.`,
    );
  }

  /** @throws KernelError `plugin_not_found` or `function_not_found` */
  getFunction(name: string): KernelFunction {
    const all = [...this.#plugins.values()].flatMap((plugin) => [...plugin]);
    const exact = all.find((each) => wireNameOf(definitionOf(each), this.separator) === name);
    if (exact !== undefined) return exact;
    // Plugin names have neither "-" nor "."; function names may have both.
    const [, pluginName = '', functionName = ''] = /^([^.-]+)[.-](.+)/s.exec(name) ?? [];
    if (this.#plugins.has(pluginName)) return this.get(pluginName).get(functionName);
    const bare = all.filter((each) => each.metadata.name === name);
    const [only, ...others] = bare;
    if (only === undefined) {
      if (pluginName !== '') return this.get(pluginName).get(functionName);
      throw notFound(`There is no function "${name}". Registered`, all);
    }
    if (others.length === 0) return only;
    throw notFound(`Several plugins have a function "${name}"; name one of`, bare);
  }

  /** @throws KernelError `invalid_options` for filters that contradict each other or name what does not exist */
  advertise(filters?: FunctionFilters): AdvertisedFunctions {
    if (filters !== undefined) return advertise(this.#plugins, this.separator, filters);
    this.#advertised ??= advertise(this.#plugins, this.separator);
    return this.#advertised;
  }

  copyFrom(other: PluginRegistry): void {
    this.#advertised = undefined;
    for (const [name, plugin] of other.#plugins) this.#plugins.set(name, plugin);
  }

  #checkWireNames(plugin: KernelPlugin): void {
    const others = [...this.#plugins.values()].filter(({ name }) => name !== plugin.name);
    const taken = new Set(
      others.flatMap((other) => other.functions.map((each) => wireNameOf(definitionOf(each), this.separator))),
    );
    for (const kernelFunction of plugin.functions) {
      const wireName = wireNameOf(definitionOf(kernelFunction), this.separator);
      if (wireName.length > LONGEST_WIRE_NAME) {
        throw new KernelError(
          'invalid_name',
          `The name "${wireName}" has ${wireName.length} characters; models allow ${LONGEST_WIRE_NAME} for plugin, separator and function together.`,
        );
      }
      if (taken.has(wireName)) {
        throw new KernelError(
          'invalid_name',
          `The name "${wireName}" is that of another plugin's function; rename one of them.`,
        );
      }
    }
  }
}

function checkAddOptions(options: unknown): void {
  const problem = optionsProblem('addPlugin()', options, ['description', 'replace']);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
}

function notFound(what: string, functions: readonly KernelFunction[]): KernelError {
  const names = list(functions.map(({ metadata }) => `${metadata.pluginName}-${metadata.name}`));
  return new KernelError('function_not_found', `${what}: ${names}.`);
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ') || 'none';
}
