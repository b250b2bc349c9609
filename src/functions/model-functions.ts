import { copyOf } from '../copy-of.js';
import { KernelError } from '../errors.js';
import { isRecord } from '../is-record.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import { callByModel } from './call-by-model.js';
import type { CallAnswer } from './call-by-model.js';
import { definitionOf } from './definition.js';
import type { FunctionDefinition } from './definition.js';
import type { KernelPlugin } from './define-plugin.js';
import type { JsonSchema, KernelArguments } from './invocation.js';
import { qualifiedName } from './names.js';
import { createPluginHandle } from './plugin-handle.js';
import { checkIsPlugin, pluginFromObject } from './plugin-from-object.js';
import { strictParameters } from './strict-schema.js';

/** How functions are offered to a model without a kernel. */
export interface ModelFunctionsOptions {
  /** Other names for the model, by the functions' own: `{ execute_code: 'code_interpreter' }`. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** The application's arguments, which may set hidden parameters, such as a session tool's `sessionId`. */
  readonly arguments?: Readonly<KernelArguments> | undefined;
}

/** The name that a model is shown where `names` has none: what a framework's users expect. */
export type UsualName = (definition: FunctionDefinition) => string | undefined;

/** A function as a model is offered it. */
export interface ModelFunction {
  readonly name: string;
  readonly description: string;
  /** Frozen; rewritten for strict adherence where `strict` is set. */
  readonly parameters: JsonSchema;
  readonly strict: boolean;
  /** @throws the signal's reason on an abort, and nothing else */
  call(given: unknown, options: { signal?: AbortSignal | undefined; id?: string | undefined }): Promise<CallAnswer>;
}

const OPTION_NAMES = Object.keys({ names: true, arguments: true } satisfies Record<keyof ModelFunctionsOptions, true>);

// What models' services allow.
const MODEL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The functions of one plugin (a decorated instance, or a KernelPlugin) that a model may see, by their own names; of
 * a list of plugins, by `plugin-function`.
 *
 * @throws KernelError `invalid_options` for wrong `names` and what is no option, `duplicate_plugin`, `invalid_metadata`,
 *   `invalid_name`
 */
export function modelFunctions(
  plugin: object | readonly object[],
  options: ModelFunctionsOptions = {},
  usualName: UsualName = () => undefined,
): readonly ModelFunction[] {
  checkModelFunctionsOptions(options);
  const plugins = readPlugins(Array.isArray(plugin) ? plugin : [plugin]);
  const ownName = Array.isArray(plugin) ? qualifiedName : ({ metadata }: FunctionDefinition) => metadata.name;
  const all = plugins.flatMap(({ functions }) => functions.map(definitionOf));
  const visible = new Map(
    all.filter(({ metadata }) => metadata.modelVisible).map((definition) => [ownName(definition), definition]),
  );
  const names = namesFor(visible, options.names ?? {}, usualName);
  const scope = { kernel: createPluginHandle(plugins), arguments: Object.freeze(copyOf(options.arguments ?? {})) };
  return [...visible].map(([own, definition]) => {
    const name = names.get(own) ?? own;
    const { description, parameters } = definition.metadata;
    return {
      name,
      description,
      parameters: definition.strict ? strictParameters(parameters) : parameters,
      strict: definition.strict,
      call: (given, { signal = new AbortController().signal, id }) =>
        callByModel(definition, { name, given, id }, { ...scope, signal }),
    };
  });
}

/**
 * @param others what else is an option
 * @throws KernelError `invalid_options`; what is misspelt would let all users share one session
 */
export function checkModelFunctionsOptions(options: ModelFunctionsOptions, others: readonly string[] = []): void {
  const problem = optionsProblem('An adapter', options, [...OPTION_NAMES, ...others]);
  if (problem !== undefined) throw invalid(problem);
  for (const name of ['names', 'arguments'] as const) {
    const given: unknown = options[name];
    if (given !== undefined && !isRecord(given)) throw invalid(`\`${name}\` is an object, not ${kindOf(given)}.`);
  }
}

function readPlugins(objects: readonly unknown[]): readonly KernelPlugin[] {
  const plugins = new Map<string, KernelPlugin>();
  for (const object of objects) {
    checkIsPlugin(object);
    const plugin = pluginFromObject(object);
    if (plugins.has(plugin.name)) {
      throw new KernelError(
        'duplicate_plugin',
        `Two plugins are named "${plugin.name}": give one another name with kernel.addPlugin(instance, name), and pass what that returns.`,
      );
    }
    plugins.set(plugin.name, plugin);
  }
  return [...plugins.values()];
}

function namesFor(
  visible: ReadonlyMap<string, FunctionDefinition>,
  given: Readonly<Record<string, string>>,
  usualName: UsualName,
): ReadonlyMap<string, string> {
  const names = new Map(Object.entries(given));
  for (const [own, name] of names) {
    if (!visible.has(own)) {
      const list = [...visible.keys()].map((each) => `"${each}"`).join(', ') || 'none';
      throw invalid(`\`names\` has "${own}", which is no function that a model may see. Those are: ${list}.`);
    }
    if (typeof name !== 'string' || !MODEL_NAME.test(name)) {
      throw invalid(
        `\`names.${own}\` must be 1 to 64 letters, digits, "_" and "-", since models allow no other names.`,
      );
    }
  }
  const shown = [...visible].map(([own, definition]) => names.get(own) ?? usualName(definition) ?? own);
  const tooLong = shown.find((name) => !MODEL_NAME.test(name));
  if (tooLong !== undefined) {
    throw new KernelError(
      'invalid_name',
      `The name "${tooLong}" has ${tooLong.length} characters, and models' services take 64; give the function another one in \`names\`.`,
    );
  }
  const twice = shown.find((name, index) => shown.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`Two functions would be named "${twice}" for the model; change \`names\`.`);
  return new Map([...visible.keys()].map((own, index) => [own, shown[index] ?? own]));
}

function invalid(message: string): KernelError {
  return new KernelError('invalid_options', message);
}
