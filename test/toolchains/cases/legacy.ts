// `@param`, which only legacy decorators have.
import { Kernel, kernelFunction, param } from 'dynamic-sessions-kernel';
import type { InvocationScope } from 'dynamic-sessions-kernel';
// An enum has a value at run time, and some compilers record that as the type.
import { Size } from './colour.js';
import type { Colour } from './colour.js';
import { describePlugin, outcomeOf } from './report.js';

class Described {
  readonly #shop = 'Shop';

  @kernelFunction({ description: 'Orders paint.' })
  order(
    @param('colour', { type: 'string', enum: ['red', 'blue'] }) colour: Colour,
    @param('size', { enum: ['s', 'l'], description: 'How big.' }) size: Size,
    @param('litres', { type: 'number', default: 1 }) litres: number,
    @param('tags', { type: 'array', items: { type: 'string' }, required: false }) tags: readonly string[] | undefined,
    @param('account', { type: 'string', hidden: true, required: false }) account: string | undefined,
    scope?: InvocationScope,
  ): string {
    const what = `${litres} of ${colour} in ${size === Size.Large ? 'large' : 'small'}`;
    return `${this.#shop}: ${what}, ${tags?.join('+') ?? 'untagged'}, ${account ?? 'guest'}, ${scope?.function.name}`;
  }

  @kernelFunction({ parameters: { both: { type: 'string' } } })
  declaredInParameters(both: string): string {
    return both;
  }
}

class Contradicting {
  @kernelFunction({ parameters: { a: { type: 'string' } } })
  run(@param('a') a: string): string {
    return a;
  }
}

class Undescribed {
  @kernelFunction()
  run(a: string, @param('b', { type: 'string' }) b: string): string {
    return a + b;
  }
}

// Their types are known only where the compiler writes them down.
class Inferred {
  @kernelFunction()
  infer(
    @param('text', 'Some text.') text: string,
    @param('number') number: number,
    @param('flag') flag: boolean,
    @param('list') list: string[],
    @param('day') day: Date,
    @param('either') either: 'a' | 'b',
  ): string {
    return [text, number, flag, list, day, either].join(' ');
  }
}

class NotInferable {
  @kernelFunction()
  infer(@param('settings') settings: Record<string, unknown>): unknown {
    return settings;
  }
}

/** The same under every compiler of legacy decorators. */
export async function legacy(): Promise<unknown> {
  const kernel = new Kernel();
  const plugin = kernel.addPlugin(new Described(), 'paint');
  const add = (plugged: object): Promise<unknown> => outcomeOf(() => (kernel.addPlugin(plugged), 'accepted'));
  const order = { colour: 'red', size: 'l', tags: '["a","b"]', account: 'x' };
  return {
    functions: describePlugin(plugin),
    order: await outcomeOf(async () => (await kernel.invoke('paint-order', order)).value),
    orderWrongly: await outcomeOf(async () => (await kernel.invoke('paint-order', { ...order, colour: 'grey' })).value),
    contradicting: await add(new Contradicting()),
    undescribed: await add(new Undescribed()),
    notInferable: await add(new NotInferable()),
    'on a class': await outcomeOf(() => {
      // The compiler refuses it without the cast.
      const decorator = kernelFunction() as ClassDecorator;
      @decorator
      class Misplaced {}
      return Misplaced;
    }),
    'param of a constructor': await outcomeOf(() => {
      class Misplaced {
        readonly a: string;
        constructor(@param('a') a: string) {
          this.a = a;
        }
      }
      return Misplaced;
    }),
  };
}

/** What differs: types that a compiler records, or does not. */
export async function inferred(): Promise<unknown> {
  return outcomeOf(() => describePlugin(new Kernel().addPlugin(new Inferred())));
}
