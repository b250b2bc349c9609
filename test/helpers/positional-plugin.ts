import { kernelFunction } from '../../src/index.js';
import type { FunctionOptions, ParameterSpec } from '../../src/index.js';

/** An instance with one decorated method, `lab-run`, of the parameters given. */
export function positionalPlugin(
  parameters: Record<string, ParameterSpec>,
  body: (...values: unknown[]) => unknown,
  options: FunctionOptions = {},
): object {
  class Lab {
    readonly name = 'lab';

    @kernelFunction({ ...options, parameters })
    run(...values: unknown[]): unknown {
      return body(...values);
    }
  }
  return new Lab();
}
