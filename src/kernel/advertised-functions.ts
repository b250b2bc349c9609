import type { ToolDefinition } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { definitionOf } from '../functions/definition.js';
import type { FunctionDefinition } from '../functions/definition.js';
import type { KernelPlugin } from '../functions/define-plugin.js';
import { resolveName } from '../functions/resolve-name.js';
import { strictParameters } from '../functions/strict-schema.js';
import { checkFilters } from './function-choice-behavior.js';
import type { FunctionFilters } from './function-choice-behavior.js';

/** A function under the name that a model sees. */
export interface AdvertisedFunction {
  readonly wireName: string;
  readonly definition: FunctionDefinition;
}

/**
 * The functions on offer in one request, by wire name. A model's spelling is looked up here and never taken apart:
 * names may hold the separator themselves.
 */
export class AdvertisedFunctions {
  readonly #byWireName: ReadonlyMap<string, AdvertisedFunction>;
  readonly #definitions = new Map<boolean, readonly ToolDefinition[]>();

  constructor(functions: readonly AdvertisedFunction[]) {
    this.#byWireName = new Map(functions.map((advertised) => [advertised.wireName, advertised]));
  }

  get names(): readonly string[] {
    return [...this.#byWireName.keys()];
  }

  get size(): number {
    return this.#byWireName.size;
  }

  /** What the request says of them; the same, frozen, each time. */
  toolDefinitions(allowStrict: boolean): readonly ToolDefinition[] {
    const known = this.#definitions.get(allowStrict);
    if (known !== undefined) return known;
    const definitions = [...this.#byWireName.values()].map(({ wireName, definition }) =>
      Object.freeze(toolDefinition(wireName, definition, allowStrict)),
    );
    this.#definitions.set(allowStrict, Object.freeze(definitions));
    return definitions;
  }

  /** The function that a model means: by exact name, else by the only one that its spelling fits. */
  resolve(name: string): AdvertisedFunction | undefined {
    return resolveName(name, this.#byWireName, ({ definition }) => definition.metadata.name);
  }
}

/** For runs without functions. */
export const NO_FUNCTIONS = new AdvertisedFunctions([]);

/** The name that a model sees. */
export function wireNameOf(definition: FunctionDefinition, separator: string): string {
  return `${definition.metadata.pluginName}${separator}${definition.metadata.name}`;
}

/**
 * Chooses the functions that a model may see.
 * @throws KernelError `invalid_options` for filters that there are none of, contradict each other or name what does not exist
 */
export function advertise(
  plugins: ReadonlyMap<string, KernelPlugin>,
  separator: string,
  filters: FunctionFilters = {},
): AdvertisedFunctions {
  checkFilters(filters);
  const all = [...plugins.values()].flatMap((plugin) => plugin.functions.map(definitionOf));
  const isChosen = functionFilter(filters, all, separator);
  const chosen = all.filter((definition) => definition.metadata.modelVisible && isChosen(definition));
  return new AdvertisedFunctions(
    chosen.map((definition) => ({ wireName: wireNameOf(definition, separator), definition })),
  );
}

function functionFilter(
  filters: FunctionFilters,
  all: readonly FunctionDefinition[],
  separator: string,
): (definition: FunctionDefinition) => boolean {
  const { includedPlugins, excludedPlugins, includedFunctions, excludedFunctions } = filters;
  if (includedPlugins && excludedPlugins) throw contradiction('includedPlugins', 'excludedPlugins');
  if (includedFunctions && excludedFunctions) throw contradiction('includedFunctions', 'excludedFunctions');
  const plugins = new Set([...(includedPlugins ?? []), ...(excludedPlugins ?? [])]);
  const functions = new Set([...(includedFunctions ?? []), ...(excludedFunctions ?? [])]);
  const pluginsListed = ({ metadata }: FunctionDefinition): boolean => plugins.has(metadata.pluginName);
  const functionListed = (definition: FunctionDefinition): boolean =>
    namesOf(definition, separator).some((name) => functions.has(name));
  const known = new Set(all.flatMap((definition) => namesOf(definition, separator)));
  const pluginNames = new Set(all.map(({ metadata }) => metadata.pluginName));
  const unknown = [...functions]
    .filter((name) => !known.has(name))
    .concat([...plugins].filter((name) => !pluginNames.has(name)));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(', ');
    throw new KernelError(
      'invalid_options',
      `\`filters\` name what is not registered: ${names}. Functions are named as "plugin-function".`,
    );
  }
  return (definition) =>
    (includedPlugins === undefined || pluginsListed(definition)) &&
    (excludedPlugins === undefined || !pluginsListed(definition)) &&
    (includedFunctions === undefined || functionListed(definition)) &&
    (excludedFunctions === undefined || !functionListed(definition));
}

function namesOf(definition: FunctionDefinition, separator: string): readonly string[] {
  const { pluginName, name } = definition.metadata;
  return [wireNameOf(definition, separator), `${pluginName}-${name}`, `${pluginName}.${name}`];
}

function contradiction(one: string, other: string): KernelError {
  return new KernelError('invalid_options', `\`filters\` has both \`${one}\` and \`${other}\`; give one of them.`);
}

function toolDefinition(wireName: string, definition: FunctionDefinition, allowStrict: boolean): ToolDefinition {
  const { description, parameters } = definition.metadata;
  if (!definition.strict || !allowStrict) return { name: wireName, description, parameters };
  return { name: wireName, description, parameters: strictParameters(parameters), strict: true };
}
