import { KernelError } from '../errors.js';
import { buildFunction } from './build-function.js';
import type { FunctionDeclaration, ParameterSpec } from './declaration.js';
import { createPlugin, definePlugin, isKernelPlugin } from './define-plugin.js';
import type { KernelPlugin } from './define-plugin.js';
import { createKernelFunction } from './definition.js';
import type { KernelFunction } from './invocation.js';
import { readDesignTypes, readFunction, readParameters } from './metadata.js';
import { checkPluginName } from './names.js';

/** A method found on an object, and where it was found. */
interface DecoratedMethod {
  readonly prototype: object;
  readonly key: string | symbol;
  readonly method: (...values: never[]) => unknown;
  readonly declaration: FunctionDeclaration;
}

const REMEDIES =
  'describe them in `parameters` or `input` of @kernelFunction, or with @param on each (legacy decorators; under esbuild, ' +
  'tsx and vite there is no type metadata, so give each @param a `type`). A method that takes only the scope has `parameters: {}`';

/**
 * Reads the plugin that an object is: an instance with decorated methods, or what `definePlugin` made. An object's
 * `modelFunctions`, where it has one, decides which functions a model sees.
 *
 * @param name default: the object's `name` if that is a string, else the name of its class
 * @throws KernelError `invalid_metadata` or `invalid_name`
 */
export function pluginFromObject(object: object, name?: string, options: { description?: string } = {}): KernelPlugin {
  const pluginName = name ?? ownName(object);
  checkPluginName(pluginName);
  if (isKernelPlugin(object)) {
    if (object.name === pluginName && options.description === undefined) return object;
    return definePlugin(pluginName, object.functions, { description: options.description ?? object.description });
  }
  const methods = decoratedMethods(object);
  if (methods.length === 0) throw nothingDecorated(pluginName);
  const visible = modelFunctionsOf(object, methods);
  const functions = methods.map((method) => functionFrom(object, method, { pluginName, visible }));
  return createPlugin(pluginName, functions, options.description ?? '');
}

/** @throws KernelError `invalid_metadata` for a class, and for what is no object */
export function checkIsPlugin(value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null) return;
  throw invalid('A plugin is an instance (not its class), or what definePlugin() made.');
}

function ownName(object: object): string {
  const name: unknown = Reflect.get(object, 'name');
  return typeof name === 'string' ? name : (object.constructor?.name ?? '');
}

/** The nearest method of each name counts: an undecorated override takes an inherited function away. */
function decoratedMethods(object: object): DecoratedMethod[] {
  const found = new Map<PropertyKey, DecoratedMethod | undefined>();
  let prototype: object | null = Object.getPrototypeOf(object) as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (found.has(key)) continue;
      const { value } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
      const declaration = typeof value === 'function' ? readFunction(value) : undefined;
      found.set(key, declaration && { prototype, key, method: value, declaration });
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...found.values()].filter((method) => method !== undefined);
}

function functionFrom(
  object: object,
  { prototype, key, method, declaration }: DecoratedMethod,
  { pluginName, visible }: { pluginName: string; visible: ReadonlySet<string> | undefined },
): KernelFunction {
  const where = `${object.constructor.name}.${String(key)}`;
  const described = withParameters(declaration, { prototype, key, method, where });
  const name = declaration.name ?? String(key);
  const modelVisible = visible === undefined ? declaration.modelVisible : visible.has(name);
  const definition = buildFunction({
    declaration: { ...described, name, ...(modelVisible !== undefined && { modelVisible }) },
    pluginName,
    owner: object,
    body: (values, scope) => Reflect.apply(method, object, [...values, scope]),
  });
  return createKernelFunction(definition);
}

function withParameters(
  declaration: FunctionDeclaration,
  method: Omit<DecoratedMethod, 'declaration'> & { readonly where: string },
): FunctionDeclaration {
  const recorded = readParameters(method.method);
  const declared = declaration.parameters ?? declaration.input;
  if (recorded.length > 0 && declared !== undefined) {
    throw invalid(`${method.where}: it has @param and also \`parameters\` or \`input\`; keep one of them.`);
  }
  const parameters = declared === undefined ? parametersFrom(recorded, method) : declaration.parameters;
  const count = declaration.input === undefined ? Object.keys(parameters ?? {}).length : 1;
  const undescribed = method.method.length > (declared === undefined && recorded.length === 0 ? 0 : count + 1);
  if (undescribed) {
    throw invalid(
      `${method.where}: it takes ${method.method.length} parameters and ${count} are described; ${REMEDIES}.`,
    );
  }
  return { ...declaration, ...(parameters !== undefined && { parameters }) };
}

function parametersFrom(
  recorded: ReturnType<typeof readParameters>,
  { prototype, key, where }: { prototype: object; key: string | symbol; where: string },
): Record<string, ParameterSpec> {
  const designTypes = readDesignTypes(prototype, key);
  const parameters: Record<string, ParameterSpec> = {};
  for (const [position, { index, name, spec }] of recorded.entries()) {
    if (index !== position) throw invalid(`${where}: parameter ${position + 1} has no @param; ${REMEDIES}.`);
    if (Object.hasOwn(parameters, name)) throw invalid(`${where}: two parameters are named "${name}".`);
    // Beside an `enum` the recorded type says nothing more, and not every compiler records one.
    const type = spec.type ?? (spec.enum === undefined ? typeFrom(designTypes[index]) : undefined);
    if (type === undefined && spec.schema === undefined && spec.enum === undefined) {
      throw invalid(
        `${where}: the type of "${name}" is not known at run time; give it: @param("${name}", { type: 'string' }).`,
      );
    }
    parameters[name] = { ...spec, ...(type !== undefined && { type }) };
  }
  return parameters;
}

function typeFrom(designType: unknown): ParameterSpec['type'] {
  if (designType === String || designType === Date) return 'string';
  if (designType === Number) return 'number';
  if (designType === Boolean) return 'boolean';
  return designType === Array ? 'array' : undefined;
}

function modelFunctionsOf(object: object, methods: readonly DecoratedMethod[]): ReadonlySet<string> | undefined {
  const listed: unknown = Reflect.get(object, 'modelFunctions');
  if (listed === undefined) return undefined;
  const known = methods.map(({ key, declaration }) => declaration.name ?? String(key));
  const unknown = Array.isArray(listed) ? listed.filter((name) => !known.includes(name)) : [listed];
  if (unknown.length > 0) {
    throw invalid(
      `${object.constructor.name}: \`modelFunctions\` must list names of its functions. ` +
        `Not one of them: ${unknown.map((name) => `"${String(name)}"`).join(', ')}. They are: ${known.map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  return new Set(listed as readonly string[]);
}

function nothingDecorated(pluginName: string): KernelError {
  return invalid(
    `Plugin "${pluginName}": the object has no method decorated with @kernelFunction. Pass an instance (not its class), and ` +
      'check that decorators are compiled; plain functions go through defineFunction() and definePlugin().',
  );
}

function invalid(message: string): KernelError {
  return new KernelError('invalid_metadata', message);
}
