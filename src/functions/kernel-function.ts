import type { FunctionDeclaration, FunctionOptions, ParameterSpec } from './declaration.js';
import type { InvocationScope, JsonSchema } from './invocation.js';
import { recordFunction } from './metadata.js';
import type { StandardSchema } from './standard-schema.js';

/** A method decorator for `experimentalDecorators` and for standard decorators alike. */
// oxlint-disable-next-line typescript/no-explicit-any -- the compiler calls one of two incompatible forms
export type MethodDecoratorInBothModes = (target: any, context: any, descriptor?: any) => any;

/** A method decorator that checks the method's first parameter against a schema's output, in both decorator modes. */
export interface TypedMethodDecorator<Input> {
  /**
   * With `experimentalDecorators`.
   *
   * @typeParam Method the type of the method
   */
  <Method extends (input: Input, scope: InvocationScope) => unknown>(
    prototype: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void;
  /**
   * With standard decorators.
   *
   * @typeParam Method the type of the method
   */
  <Method extends (input: Input, scope: InvocationScope) => unknown>(
    method: Method,
    context: ClassMethodDecoratorContext,
  ): void;
}

/**
 * Makes a method a kernel function, in legacy and in standard decorator mode. It only records: the method itself is
 * left as it is, and the declaration is checked by `kernel.addPlugin`.
 *
 * With `parameters` the method is called with one argument per parameter, in the order of the object, and the
 * {@link InvocationScope} last; with `input` it is called with the validated object and the scope.
 *
 * @example
 * ```ts
 * class Clock {
 *   @kernelFunction({ description: 'The time in a city.', parameters: { city: { type: 'string' } } })
 *   time(city: string): string {
 *     return `${city}: noon`;
 *   }
 * }
 * ```
 * @throws TypeError when it decorates anything but a public instance method, and without its parentheses
 */
export function kernelFunction<Output>(
  // oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input is accepted
  options: FunctionOptions & { input: StandardSchema<any, Output>; inputJsonSchema?: JsonSchema | undefined },
): TypedMethodDecorator<Output>;
export function kernelFunction(
  options: FunctionOptions & { input: JsonSchema; inputJsonSchema?: JsonSchema | undefined },
): MethodDecoratorInBothModes;
export function kernelFunction(
  options?: string | (FunctionOptions & { parameters?: Record<string, ParameterSpec> | undefined }),
): MethodDecoratorInBothModes;
export function kernelFunction(
  options: string | FunctionDeclaration = {},
  ...others: readonly unknown[]
): MethodDecoratorInBothModes {
  // The compiler passes what is decorated where the parentheses were forgotten.
  if (typeof options === 'function' || others.length > 0) throw withoutParentheses(others[0]);
  const declaration: FunctionDeclaration = typeof options === 'string' ? { name: options } : { ...options };
  return (target: unknown, context: unknown, descriptor: unknown): void => {
    const { method, key } = isStandardContext(context)
      ? methodOfStandardContext(target, context)
      : methodOfLegacyTarget(target, context, descriptor);
    recordFunction(method, { ...declaration, name: declaration.name ?? key });
  };
}

interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
}

interface DecoratedMethod {
  readonly method: object;
  readonly key: string;
}

function isStandardContext(context: unknown): context is StandardContext {
  return typeof context === 'object' && context !== null && 'kind' in context;
}

function methodOfStandardContext(target: unknown, context: StandardContext): DecoratedMethod {
  const key = String(context.name);
  if (context.kind !== 'method') throw misplaced(key, `a ${context.kind}`);
  if (context.static) throw misplaced(key, 'a static method');
  if (context.private) throw misplaced(key, 'a private method');
  if (typeof target !== 'function') throw misplaced(key, 'something that is no method');
  return { method: target, key };
}

function methodOfLegacyTarget(target: unknown, property: unknown, descriptor: unknown): DecoratedMethod {
  const key = String(property);
  if (typeof target === 'function') throw misplaced(key, property === undefined ? 'a class' : 'a static member');
  if (typeof descriptor !== 'object' || descriptor === null) throw misplaced(key, 'a field');
  const method: unknown = Reflect.get(descriptor, 'value');
  if (typeof method !== 'function') throw misplaced(key, 'an accessor');
  return { method, key };
}

function misplaced(key: string, what: string): TypeError {
  return new TypeError(
    `@kernelFunction on "${key}": it decorates public instance methods, not ${what}. Move it to a method, or use defineFunction().`,
  );
}

function withoutParentheses(context: unknown): TypeError {
  const key = isStandardContext(context) ? context.name : context;
  return new TypeError(
    `@kernelFunction on "${String(key)}": it is called, as in @kernelFunction() or @kernelFunction({ … }).`,
  );
}
