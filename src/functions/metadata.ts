import 'reflect-metadata';
import type { FunctionDeclaration, ParameterSpec } from './declaration.js';

/** What `@param` recorded for one position of a method. */
export interface ParameterDeclaration {
  readonly index: number;
  readonly name: string;
  readonly spec: ParameterSpec;
}

// `Symbol.for`, so that two copies of this package read each other's declarations. The keys are on the method itself,
// not on (prototype, name): that store is inherited, and an undecorated override would pass for a decorated method.
const FUNCTION_KEY = Symbol.for('dynamic-sessions-kernel.function');
const PARAMETERS_KEY = Symbol.for('dynamic-sessions-kernel.parameters');

/** Records what `@kernelFunction` says about a method. */
export function recordFunction(method: object, declaration: FunctionDeclaration): void {
  Reflect.defineMetadata(FUNCTION_KEY, declaration, method);
}

/** What `@kernelFunction` said about a method, if it is decorated. */
export function readFunction(method: object): FunctionDeclaration | undefined {
  return Reflect.getOwnMetadata(FUNCTION_KEY, method) as FunctionDeclaration | undefined;
}

/** Records what `@param` says about one parameter of a method. */
export function recordParameter(method: object, declaration: ParameterDeclaration): void {
  Reflect.defineMetadata(PARAMETERS_KEY, [...readParameters(method), declaration], method);
}

/** What `@param` said about the parameters of a method, by position. */
export function readParameters(method: object): readonly ParameterDeclaration[] {
  const recorded = (Reflect.getOwnMetadata(PARAMETERS_KEY, method) ?? []) as readonly ParameterDeclaration[];
  return [...recorded].sort((a, b) => a.index - b.index);
}

/** The compiler's record of parameter types; absent under esbuild, tsx and vite, and in standard decorator mode. */
export function readDesignTypes(prototype: object, key: string | symbol): readonly unknown[] {
  const types: unknown = Reflect.getMetadata('design:paramtypes', prototype, key);
  return Array.isArray(types) ? types : [];
}
