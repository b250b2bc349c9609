import { KernelError } from '../errors.js';
import type { FunctionOptions } from './declaration.js';
import type { FunctionMetadata, InvocationScope, JsonSchema, KernelArguments, KernelFunction } from './invocation.js';
import type { JsonSchemaCheck } from './json-schema.js';
import type { Parameter } from './parameters.js';
import type { StandardSchema } from './standard-schema.js';

/** How a function takes its arguments: one by one, or as one object that a schema describes. */
export type FunctionInput =
  | {
      readonly type: 'positional';
      readonly parameters: ReadonlyMap<string, Parameter>;
      readonly checks: ReadonlyMap<string, JsonSchemaCheck>;
    }
  | {
      readonly type: 'json';
      readonly schema: JsonSchema;
      readonly check: JsonSchemaCheck;
      /** Whether arguments are seen to be valid at a glance, with nothing to convert. */
      readonly fits: (args: KernelArguments) => boolean;
    }
  | {
      readonly type: 'standard';
      readonly schema: StandardSchema;
      readonly shown: JsonSchema;
      readonly strict: boolean;
    };

/** Everything that running a function needs. */
export interface FunctionDefinition {
  readonly metadata: FunctionMetadata;
  readonly strict: boolean;
  readonly exclusive: NonNullable<FunctionOptions['exclusive']>;
  readonly timeoutMs: number | undefined;
  readonly maxResultChars: number;
  /** Whether nothing of a kernel runs inside of it. */
  readonly leaf: boolean;
  readonly input: FunctionInput;
  readonly body: (values: readonly unknown[], scope: InvocationScope) => unknown;
  /** Whose exclusive functions run one at a time: the plugin instance. */
  readonly owner: object;
}

// `Symbol.for`: a plugin made by one copy of this package can be registered in another's kernel.
const DEFINITION = Symbol.for('dynamic-sessions-kernel.definition');

/** Wraps a definition as the opaque function that users hold. */
export function createKernelFunction<R>(definition: FunctionDefinition): KernelFunction<R> {
  const kernelFunction: KernelFunction<R> = { metadata: definition.metadata };
  Object.defineProperty(kernelFunction, DEFINITION, { value: definition, enumerable: false });
  return Object.freeze(kernelFunction);
}

/**
 * The definition behind a function.
 * @throws KernelError `function_not_found` when the value is no kernel function
 */
export function definitionOf(kernelFunction: unknown): FunctionDefinition {
  const definition: unknown =
    typeof kernelFunction === 'object' && kernelFunction !== null ? Reflect.get(kernelFunction, DEFINITION) : undefined;
  if (definition === undefined) {
    const what = kernelFunction === undefined ? 'undefined' : `a value of type ${typeof kernelFunction}`;
    throw new KernelError(
      'function_not_found',
      `Expected a kernel function, received ${what}. Take one from a plugin, as in plugin['name'], or name it as 'plugin-name'.`,
    );
  }
  return definition as FunctionDefinition;
}
