import { copyOf } from '../copy-of.js';
import { KernelError, propertyOf } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import { buildFunction } from './build-function.js';
import type { FunctionOptions, InputSchema } from './declaration.js';
import { createKernelFunction, definitionOf } from './definition.js';
import type { InvocationScope, JsonSchema, KernelFunction } from './invocation.js';
import { checkPluginName } from './names.js';
import type { StandardSchema } from './standard-schema.js';

/** A named set of functions; each is also a property, as in `plugin['execute_code']`. */
export type KernelPlugin = {
  readonly name: string;
  readonly description: string;
  readonly functions: readonly KernelFunction[];
  /** @throws KernelError `function_not_found`, naming those that exist */
  get(name: string): KernelFunction;
  /** Whether there is a function of this name. */
  has(name: string): boolean;
  /** The functions, in the order of their declaration. */
  [Symbol.iterator](): Iterator<KernelFunction>;
  // oxlint-disable-next-line typescript/no-explicit-any -- `any` lets `kernel.invoke<T>(plugin['name'])` infer T
} & { readonly [functionName: string]: KernelFunction<any> };

const PLUGIN_BRAND = Symbol.for('dynamic-sessions-kernel.KernelPlugin');

/** What a function gives: its return value, or all items of an async iterable. */
export type Collected<R> = R extends AsyncIterable<infer Item> ? Item[] : R;

/**
 * Makes a kernel function without decorators: `body` gets the validated input and the {@link InvocationScope}.
 *
 * @example
 * ```ts
 * const add = defineFunction(
 *   { name: 'add', description: 'Adds two numbers.', input: z.object({ a: z.number(), b: z.number() }) },
 *   ({ a, b }) => a + b,
 * );
 * ```
 * @throws KernelError `invalid_name` or `invalid_metadata`
 */
export function defineFunction<Input, R = unknown>(
  options: FunctionOptions & {
    name: string;
    // oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input is accepted
    input: StandardSchema<any, Input>;
    inputJsonSchema?: JsonSchema | undefined;
  },
  body: (input: Input, scope: InvocationScope) => R | Promise<R>,
): KernelFunction<Collected<R>>;
// oxlint-disable-next-line typescript/no-explicit-any -- plain JSON Schema says nothing about the type of the input
export function defineFunction<Input = any, R = unknown>(
  options: FunctionOptions & { name: string; input: InputSchema<Input>; inputJsonSchema?: JsonSchema | undefined },
  body: (input: Input, scope: InvocationScope) => R | Promise<R>,
): KernelFunction<Collected<R>>;
export function defineFunction(
  options: FunctionOptions & {
    name: string;
    input: StandardSchema | JsonSchema;
    inputJsonSchema?: JsonSchema | undefined;
  },
  body: (input: never, scope: InvocationScope) => unknown,
): KernelFunction {
  checkBody(options, body);
  const definition = buildFunction({
    declaration: { ...options },
    pluginName: '',
    owner: body,
    body: ([input], scope) => Reflect.apply(body, undefined, [input, scope]),
  });
  return createKernelFunction(definition);
}

/**
 * Puts functions together as a plugin, for `kernel.addPlugin`.
 * @throws KernelError `invalid_name` for a name that is not allowed or that two functions share; `invalid_metadata` for what
 *   is no list of functions
 */
export function definePlugin(
  name: string,
  functions: readonly KernelFunction[],
  options: { description?: string | undefined } = {},
): KernelPlugin {
  checkPluginName(name);
  checkPluginParts(functions, options);
  const owner = {};
  const stamped = functions.map((kernelFunction) => {
    const definition = definitionOf(kernelFunction);
    const metadata = Object.freeze(copyOf({ ...definition.metadata, pluginName: name }));
    return createKernelFunction({
      ...definition,
      metadata,
      owner: definition.metadata.pluginName === '' ? owner : definition.owner,
    });
  });
  return createPlugin(name, stamped, options.description ?? '');
}

function checkBody(options: unknown, body: unknown): void {
  const name = `Function "${String(propertyOf(options, 'name') ?? '')}"`;
  if (typeof body !== 'function') {
    throw new KernelError(
      'invalid_metadata',
      `${name} has no body: pass what it does as the second argument, a function (input, scope) => ….`,
    );
  }
  if (propertyOf(options, 'parameters') === undefined) return;
  throw new KernelError(
    'invalid_metadata',
    `${name} has \`parameters\`, which are for methods: its body takes one object, which \`input\` describes.`,
  );
}

function checkPluginParts(functions: unknown, options: unknown): void {
  const problem = optionsProblem('definePlugin()', options, ['description']);
  if (problem !== undefined) throw new KernelError('invalid_metadata', problem);
  if (Array.isArray(functions)) return;
  throw new KernelError(
    'invalid_metadata',
    `definePlugin() takes a list of functions, as in [defineFunction(…)], not ${kindOf(functions)}.`,
  );
}

/** Whether `value` is a plugin of any copy of this package. */
export function isKernelPlugin(value: object): value is KernelPlugin {
  return Reflect.get(value, PLUGIN_BRAND) === true;
}

/** Freezes functions as a plugin object. */
export function createPlugin(name: string, functions: readonly KernelFunction[], description: string): KernelPlugin {
  const byName = new Map<string, KernelFunction>();
  for (const kernelFunction of functions) {
    const functionName = kernelFunction.metadata.name;
    if (byName.has(functionName)) {
      throw new KernelError(
        'invalid_name',
        `Plugin "${name}" has two functions named "${functionName}"; rename one of them.`,
      );
    }
    byName.set(functionName, kernelFunction);
  }
  const get = (functionName: string): KernelFunction => {
    const found = byName.get(functionName);
    if (found !== undefined) return found;
    const known = [...byName.keys()].map((key) => `"${key}"`).join(', ') || 'none';
    throw new KernelError(
      'function_not_found',
      `Plugin "${name}" has no function "${functionName}". It has: ${known}.`,
    );
  };
  // Own properties of a plain object, not a Proxy: a Proxy that answers `then` would be awaited.
  const plugin = Object.fromEntries(byName);
  const hidden = {
    get,
    has: (key: string) => byName.has(key),
    [Symbol.iterator]: () => byName.values(),
    [PLUGIN_BRAND]: true,
  };
  const own = { name, description, functions: Object.freeze([...byName.values()]) };
  for (const key of Reflect.ownKeys(own))
    Object.defineProperty(plugin, key, { value: Reflect.get(own, key), enumerable: true });
  for (const key of Reflect.ownKeys(hidden)) Object.defineProperty(plugin, key, { value: Reflect.get(hidden, key) });
  return Object.freeze(plugin) as unknown as KernelPlugin;
}
