import { Kernel, kernelFunction } from '../../src/index.js';
import type { InvocationScope } from '../../src/index.js';

class Base {
  readonly #greeting = 'Hello';

  @kernelFunction({
    name: 'greet',
    description: 'Greets somebody.',
    parameters: { name: { type: 'string', description: 'Whom.' }, times: { type: 'integer', default: 1 } },
  })
  greet(name: string, times: number, scope?: InvocationScope): string {
    return `${`${this.#greeting} ${name}. `.repeat(times)}${scope?.function.pluginName}`;
  }

  @kernelFunction({ parameters: { code: { type: 'string' } } })
  overridden(code: string): string {
    return code;
  }
}

class Derived extends Base {
  override overridden(code: string): string {
    return code.repeat(2);
  }

  @kernelFunction({ input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }, strict: true })
  double({ n }: { n: number }): number {
    return n * 2;
  }
}

class Undescribed {
  @kernelFunction()
  run(code: string): string {
    return code;
  }
}

/** What a kernel knows of the classes above, and what they do: the same under every compiler. */
export async function registry(): Promise<unknown> {
  const kernel = new Kernel();
  const plugin = kernel.addPlugin(new Derived(), 'lab');
  return {
    metadata: plugin.functions.map(({ metadata }) => metadata),
    tools: kernel.toolDefinitions(),
    greeting: (await kernel.invoke('lab-greet', { name: 'Ada', times: '2' })).value,
    double: (await kernel.invoke('lab-double', { n: 21 })).value,
    undescribed: messageOf(() => kernel.addPlugin(new Undescribed())),
  };
}

function messageOf(body: () => unknown): string {
  try {
    body();
    return '';
  } catch (error) {
    return String(error);
  }
}
