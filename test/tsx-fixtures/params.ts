import { Kernel, kernelFunction, param } from '../../src/index.js';

class Typed {
  @kernelFunction()
  add(
    @param('a', { type: 'number' }) a: number,
    @param('b', { type: 'number', description: 'The other.' }) b: number,
  ): number {
    return a + b;
  }
}

class Untyped {
  @kernelFunction()
  add(@param('a') a: number, @param('b') b: number): number {
    return a + b;
  }
}

/** What comes of parameters with and without types of their own. */
export function parameters(): { typed: unknown; untyped: unknown } {
  const typed = new Kernel().addPlugin(new Typed()).get('add').metadata;
  try {
    return { typed, untyped: new Kernel().addPlugin(new Untyped()).get('add').metadata.parameters };
  } catch (error) {
    return { typed, untyped: String(error) };
  }
}
