// Decorated classes that every compiler must turn into the same registry, in both decorator modes.
import { Kernel, kernelFunction } from 'dynamic-sessions-kernel';
import type { InvocationScope } from 'dynamic-sessions-kernel';
import { z } from 'zod';
import { describePlugin, outcomeOf } from './report.js';

const Trip = z.object({ from: z.string(), to: z.string().describe('Where to.'), seats: z.number().int().default(1) });

class Base {
  readonly #greeting = 'Hello';
  #calls = 0;

  @kernelFunction({
    name: 'greet',
    description: 'Greets somebody.',
    parameters: {
      name: { type: 'string', description: 'Whom.' },
      times: { type: 'integer', default: 1 },
      tone: { enum: ['warm', 'cold'], required: false },
      userId: { type: 'string', hidden: true },
    },
  })
  greet(name: string, times: number, tone: string | undefined, userId: string, scope?: InvocationScope): string {
    const greeting = `${this.#greeting} ${name}. `.repeat(times);
    return `${greeting}${tone ?? 'no tone'}, ${userId}, ${scope?.function.pluginName}`;
  }

  @kernelFunction({ parameters: { by: { type: 'number' } } })
  count(by: number): number {
    return this.#add(by);
  }

  @kernelFunction({ description: 'Goes away in the subclass.', parameters: { code: { type: 'string' } } })
  overridden(code: string): string {
    return code;
  }

  @kernelFunction({ description: 'Of the base.', parameters: {} })
  redeclared(): string {
    return 'base';
  }

  plain(): string {
    return 'not a function of the kernel';
  }

  #add(by: number): number {
    this.#calls += by;
    return this.#calls;
  }
}

class Derived extends Base {
  static readonly unit = 'km';

  override overridden(code: string): string {
    return code.repeat(2);
  }

  @kernelFunction({ description: 'Of the subclass.', parameters: {} })
  override redeclared(): string {
    return `${super.redeclared()} and subclass`;
  }

  @kernelFunction({ input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }, strict: true })
  double({ n }: { n: number }): number {
    return n * 2;
  }

  @kernelFunction({ name: 'book-trip', description: 'Books.', input: Trip })
  async book({ from, to, seats }: z.output<typeof Trip>): Promise<string> {
    return `${from} to ${to}, ${seats}, in ${Derived.unit}`;
  }

  @kernelFunction({ modelVisible: false, parameters: { list: { type: 'array', items: { type: 'string' } } } })
  secret(list: string[]): number {
    return list.length;
  }

  @kernelFunction({ parameters: {} })
  onlyScope(scope?: InvocationScope): string {
    return `${scope?.function.pluginName}.${scope?.function.name}`;
  }

  @kernelFunction('short')
  namedByText(): string {
    return 'short';
  }
}

class Undescribed {
  @kernelFunction()
  run(code: string): string {
    return code;
  }
}

const MISPLACED: Readonly<Record<string, () => unknown>> = {
  'on a static method': () => {
    class Misplaced {
      @kernelFunction()
      static run(): void {}
    }
    return Misplaced;
  },
  'on a getter': () => {
    class Misplaced {
      @kernelFunction()
      get run(): string {
        return '';
      }
    }
    return Misplaced;
  },
  'on a field': () => {
    class Misplaced {
      @kernelFunction()
      run = (): string => '';
    }
    return Misplaced;
  },
};

/** What a kernel knows of the classes above, and what they do. */
export async function shared(): Promise<unknown> {
  const kernel = new Kernel();
  const plugin = kernel.addPlugin(new Derived(), 'lab');
  const invoke = (name: string, args: Record<string, unknown> = {}): Promise<unknown> =>
    outcomeOf(async () => (await kernel.invoke(`lab-${name}`, args)).value);
  const misplaced: [string, unknown][] = [];
  for (const [where, declare] of Object.entries(MISPLACED)) {
    misplaced.push([where, await outcomeOf(() => (declare(), 'accepted'))]);
  }
  return {
    functions: describePlugin(plugin),
    offered: kernel.toolDefinitions().map(({ name, strict }) => (strict ? `${name}, strict` : name)),
    results: {
      greet: await invoke('greet', { name: 'Ada', times: '2', userId: 'u1' }),
      greetWithout: await invoke('greet', { name: 'Ada' }),
      count: [await invoke('count', { by: 40 }), await invoke('count', { by: '2' })],
      double: await invoke('double', { n: 21 }),
      book: await invoke('book-trip', { from: 'Oslo', to: 'Rome' }),
      bookWrongly: await invoke('book-trip', { from: 'Oslo', to: 7 }),
      redeclared: await invoke('redeclared'),
      secret: await invoke('secret', { list: ['a', 'b'] }),
      onlyScope: await invoke('onlyScope'),
      short: await invoke('short'),
      overridden: await invoke('overridden', { code: 'x' }),
    },
    undescribed: await outcomeOf(() => (kernel.addPlugin(new Undescribed()), 'accepted')),
    misplaced: Object.fromEntries(misplaced),
  };
}
