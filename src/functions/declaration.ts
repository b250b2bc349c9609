import type { InvocationScope, JsonSchema, KernelArguments } from './invocation.js';
import type { StandardSchema } from './standard-schema.js';

/** One parameter of a function, as its author describes it. */
export interface ParameterSpec {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | undefined;
  /** Shown to the model. */
  description?: string | undefined;
  /** @default true, false when `default` is given */
  required?: boolean | undefined;
  /** Used by the kernel when the argument is absent. */
  default?: unknown;
  enum?: readonly (string | number | boolean)[] | undefined;
  /** The schema of an array's items. */
  items?: JsonSchema | undefined;
  /** A whole schema; wins over the fields above. */
  schema?: JsonSchema | undefined;
  /** Neither shown to the model nor ever accepted from it. */
  hidden?: boolean | undefined;
}

/** How a function presents itself and how it is run. */
export interface FunctionOptions {
  /** Letters, digits, `_` and `-`. @default the name of the method */
  name?: string | undefined;
  /** Shown to the model. @default '' */
  description?: string | undefined;
  /** Ask for strict schema adherence where the model's service supports it. @default false */
  strict?: boolean | undefined;
  /** One at a time: per plugin instance, or per key. First in, first out, also across runs. @default false */
  exclusive?: boolean | ((args: Readonly<KernelArguments>, scope: InvocationScope) => string) | undefined;
  /** How long one run may take, in milliseconds; waiting for an exclusive turn does not count. No limit by default. */
  timeoutMs?: number | undefined;
  /** How much of the result a model is given, in characters; the middle of a longer text is cut. @default 50_000 */
  maxResultChars?: number | undefined;
  /** Whether a model may see and call it. What it may not see is answered as unknown, whoever asks on its behalf. @default true */
  modelVisible?: boolean | undefined;
  /**
   * Promises that the function neither invokes functions of a kernel nor asks for `currentInvocation()`, which does not know
   * it then. Its runs cost less: on Node 20 and 22, what keeps track of them makes every promise dearer. @default false
   */
  leaf?: boolean | undefined;
}

/**
 * `input` as written: a schema that validates by itself, or JSON Schema as plain data, whose `default`s are shown to the model
 * and not filled in.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input is accepted
export type InputSchema<Output = unknown> = StandardSchema<any, Output> | JsonSchema;

/** Everything that a decorator or `defineFunction` was told. */
export interface FunctionDeclaration extends FunctionOptions {
  readonly parameters?: Readonly<Record<string, ParameterSpec>> | undefined;
  readonly input?: InputSchema | undefined;
  readonly inputJsonSchema?: JsonSchema | undefined;
}

/** The defaults of {@link FunctionOptions}. */
export const FUNCTION_DEFAULTS = Object.freeze({
  maxResultChars: 50_000,
  modelVisible: true,
  strict: false,
  leaf: false,
});
