import assert from 'node:assert/strict';
import { Kernel, kernelFunction } from 'dynamic-sessions-kernel';
import type { InvocationScope } from 'dynamic-sessions-kernel';

class Counter {
  #count = 0;

  @kernelFunction({ description: 'Adds to the count.', parameters: { by: { type: 'number', default: 1 } } })
  add(by: number): number {
    this.#count += by;
    return this.#count;
  }

  @kernelFunction({
    name: 'greet',
    input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  })
  hello({ name }: { name: string }, scope?: InvocationScope): string {
    return `Hello ${name}, from ${scope?.function.name}`;
  }

  plain(): string {
    return 'not a function of the kernel';
  }
}

class Doubling extends Counter {
  override add(by: number): number {
    return super.add(by * 2);
  }

  @kernelFunction('twice')
  twice(): string {
    return 'twice';
  }
}

const SCHEMA_OF_ADD = {
  type: 'object',
  properties: { by: { type: 'number', default: 1 } },
  additionalProperties: false,
};

describe('kernelFunction with standard decorators', () => {
  it('registers methods with the parameters and the input they describe', () => {
    const plugin = new Kernel().addPlugin(new Counter());
    assert.deepEqual(
      plugin.functions.map(({ metadata }) => metadata),
      [
        {
          name: 'add',
          pluginName: 'Counter',
          description: 'Adds to the count.',
          parameters: SCHEMA_OF_ADD,
          modelVisible: true,
        },
        {
          name: 'greet',
          pluginName: 'Counter',
          description: '',
          parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
          modelVisible: true,
        },
      ],
    );
  });

  it('98: calls the registered instance, #private included', async () => {
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(new Counter());
    assert.equal((await kernel.invoke(plugin['add'] ?? '', { by: '41' })).value, 41);
    assert.equal((await kernel.invoke('Counter-add')).value, 42);
    assert.equal((await kernel.invoke('greet', { name: 'Ada' })).value, 'Hello Ada, from greet');
  });

  it('96: exposes inherited methods, and not an override without a decorator', () => {
    const plugin = new Kernel().addPlugin(new Doubling());
    assert.deepEqual(plugin.functions.map(({ metadata }) => metadata.name).sort(), ['greet', 'twice']);
  });

  it('95: refuses a method whose parameters nobody described', () => {
    class Undescribed {
      @kernelFunction()
      run(code: string): string {
        return code;
      }
    }
    assert.throws(() => new Kernel().addPlugin(new Undescribed()), {
      code: 'invalid_metadata',
      message:
        /Undescribed\.run: it takes 1 parameters and 0 are described; describe them in `parameters` or `input`.*@param/,
    });
  });

  it('97: refuses to decorate anything but a public instance method', () => {
    assert.throws(() => {
      class Misplaced {
        @kernelFunction()
        static run(): void {}
      }
      return Misplaced;
    }, misplaced('a static method'));
    assert.throws(() => {
      class Misplaced {
        @kernelFunction()
        #run(): void {}

        run(): void {
          this.#run();
        }
      }
      return Misplaced;
    }, misplaced('a private method'));
    assert.throws(() => {
      class Misplaced {
        @kernelFunction()
        get run(): string {
          return '';
        }
      }
      return Misplaced;
    }, misplaced('a getter'));
    assert.throws(() => {
      class Misplaced {
        @kernelFunction()
        accessor run = '';
      }
      return Misplaced;
    }, misplaced('a accessor'));
    assert.throws(() => {
      class Misplaced {
        @kernelFunction()
        run = (): string => '';
      }
      return Misplaced;
    }, misplaced('a field'));
    assert.throws(() => {
      @kernelFunction()
      class Misplaced {}
      return Misplaced;
    }, misplaced('a class'));
  });
});

function misplaced(what: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof TypeError && error.message.includes(`it decorates public instance methods, not ${what}.`);
}
