import type { ParameterSpec } from './declaration.js';
import { recordParameter } from './metadata.js';

/**
 * Describes one parameter of a `@kernelFunction` method; a string is its description. Legacy decorators only: in
 * standard mode describe the parameters in `@kernelFunction({ parameters })`. The type is `spec.type`, else what the
 * compiler recorded for string, number, boolean and array (not under esbuild, tsx or vite). A `Date` is taken for text, and
 * text is what the method is given: declare `string`, or take a schema in `input` that makes dates.
 *
 * @throws TypeError when it decorates anything but a parameter of a method
 */
export function param(name: string, spec: string | ParameterSpec = {}): ParameterDecorator {
  return (target, key, index) => {
    const method: unknown = key === undefined ? undefined : Reflect.get(target, key);
    if (typeof target === 'function' || typeof method !== 'function') {
      throw new TypeError(`@param("${name}"): it describes a parameter of an instance method.`);
    }
    recordParameter(method, { index, name, spec: typeof spec === 'string' ? { description: spec } : { ...spec } });
  };
}
