import { expect } from 'chai';
import { Kernel, currentInvocation, definePlugin, kernelFunction, param } from '../../src/index.js';
import type { InvocationScope, ParameterSpec } from '../../src/index.js';
import { thrownBy } from '../helpers/thrown-by.js';

describe('kernel.addPlugin with @param', () => {
  class Weather {
    readonly #unit = 'C';

    @kernelFunction({ description: 'The forecast.' })
    forecast(
      @param('city', 'The name of a city.') city: string,
      @param('days', { description: 'How far ahead.', default: 1 }) days: number,
      @param('hourly', { required: false }) hourly?: boolean,
      scope?: InvocationScope,
    ): string {
      return [city, days, hourly, this.#unit, scope?.function.name].map(String).join(' ');
    }

    @kernelFunction()
    history(@param('tags', { items: { type: 'string' } }) tags: string[], @param('since') since: Date): string {
      return `${tags.join('+')} ${String(since)}`;
    }
  }

  it('takes the types from the compiler where it gives them', () => {
    const plugin = new Kernel().addPlugin(new Weather());
    expect(plugin.get('forecast').metadata.parameters).to.deep.equal({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'The name of a city.' },
        days: { type: 'number', description: 'How far ahead.', default: 1 },
        hourly: { type: 'boolean' },
      },
      required: ['city'],
      additionalProperties: false,
    });
    expect(plugin.get('history').metadata.parameters['properties']).to.deep.equal({
      tags: { type: 'array', items: { type: 'string' } },
      since: { type: 'string' },
    });
  });

  it('calls the method with the arguments in their places, and the scope after them', async () => {
    const kernel = new Kernel();
    kernel.addPlugin(new Weather());
    expect((await kernel.invoke('forecast', { city: 'Ulm' })).value).to.equal('Ulm 1 undefined C forecast');
    expect((await kernel.invoke('history', { since: '2026', tags: ['a', 'b'] })).value).to.equal('a+b 2026');
  });

  it('shows an `enum` without a type as it is, whatever the compiler records', () => {
    class Paint {
      @kernelFunction()
      order(@param('size', { enum: ['s', 'l'] }) size: string): string {
        return size;
      }
    }
    const plugin = new Kernel().addPlugin(new Paint());
    expect(plugin.get('order').metadata.parameters['properties']).to.deep.equal({ size: { enum: ['s', 'l'] } });
  });

  it('refuses a parameter whose type nobody knows at run time', () => {
    class Unknown {
      @kernelFunction()
      run(@param('options') options: Record<string, string>): string {
        return String(options);
      }
    }
    expect(thrownBy(() => new Kernel().addPlugin(new Unknown()))).to.include({
      code: 'invalid_metadata',
      message: `Unknown.run: the type of "options" is not known at run time; give it: @param("options", { type: 'string' }).`,
    });
  });

  it('takes a type or a schema before what the compiler says', () => {
    const either: ParameterSpec = { schema: { anyOf: [{ type: 'string' }, { type: 'number' }] } };
    class Told {
      @kernelFunction()
      run(
        @param('a', { type: 'integer' }) a: number,
        @param('b', either) b: string | number,
        @param('c', { enum: ['x', 1] }) c: unknown,
      ): string {
        return `${a} ${b} ${String(c)}`;
      }
    }
    expect(new Kernel().addPlugin(new Told()).get('run').metadata.parameters['properties']).to.deep.equal({
      a: { type: 'integer' },
      b: either.schema,
      c: { enum: ['x', 1] },
    });
  });

  it('refuses a gap, a name that is used twice, and two ways of describing', () => {
    class Gap {
      @kernelFunction()
      run(a: string, @param('b') b: string): string {
        return a + b;
      }
    }
    class Twice {
      @kernelFunction()
      run(@param('a') a: string, @param('a') b: string): string {
        return a + b;
      }
    }
    class Both {
      @kernelFunction({ parameters: { a: { type: 'string' } } })
      run(@param('a') a: string): string {
        return a;
      }
    }
    const messages = [Gap, Twice, Both].map((each) => {
      const error = thrownBy(() => new Kernel().addPlugin(new each()));
      expect(error).to.include({ code: 'invalid_metadata' });
      return (error as Error).message;
    });
    expect(messages[0]).to.match(/^Gap\.run: parameter 1 has no @param/);
    expect(messages[1]).to.equal('Twice.run: two parameters are named "a".');
    expect(messages[2]).to.equal('Both.run: it has @param and also `parameters` or `input`; keep one of them.');
  });

  it('keeps the parameters of a base class from an override of its own', async () => {
    class Base {
      @kernelFunction()
      run(@param('code') code: string): string {
        return code;
      }
    }
    class Derived extends Base {
      @kernelFunction()
      override run(@param('source') source: string): string {
        return super.run(source);
      }
    }
    const kernel = new Kernel();
    for (const instance of [new Base(), new Derived()]) kernel.addPlugin(instance);
    expect(Object.keys(kernel.getFunction('Base-run').metadata.parameters['properties'] as object)).to.deep.equal([
      'code',
    ]);
    expect((await kernel.invoke('Derived-run', { source: 'x' })).value).to.equal('x');
  });
});

describe('kernel.addPlugin with an object', () => {
  class Tools {
    readonly modelFunctions: readonly string[] = ['shown'];

    @kernelFunction()
    shown(): string {
      return 'shown';
    }

    @kernelFunction({ modelVisible: true })
    kept(): string {
      return 'kept';
    }
  }

  it("shows a model what the object's modelFunctions list", async () => {
    const kernel = new Kernel();
    kernel.addPlugin(new Tools(), 'tools');
    expect(kernel.toolDefinitions().map(({ name }) => name)).to.deep.equal(['tools-shown']);
    expect((await kernel.invoke('tools-kept')).value).to.equal('kept');
  });

  it('refuses modelFunctions that name what there is not', () => {
    for (const listed of [['shown', 'nope'], 'shown']) {
      const tools = Object.assign(new Tools(), { modelFunctions: listed });
      expect(thrownBy(() => new Kernel().addPlugin(tools))).to.include({ code: 'invalid_metadata' });
    }
  });

  it('takes the name that is given, else that of the object, else that of the class', () => {
    const named = Object.assign(new Tools(), { name: 'toolbox' });
    const kernel = new Kernel();
    expect(kernel.addPlugin(named, 'given').name).to.equal('given');
    expect(kernel.addPlugin(named).name).to.equal('toolbox');
    expect(kernel.addPlugin(new Tools()).name).to.equal('Tools');
  });

  it('leaves the instance and its class as they were', () => {
    const tools = new Tools();
    const before = [Object.getOwnPropertyNames(tools), Object.getOwnPropertyNames(Tools.prototype)];
    new Kernel().addPlugin(tools);
    expect([Object.getOwnPropertyNames(tools), Object.getOwnPropertyNames(Tools.prototype)]).to.deep.equal(before);
    expect(tools.shown()).to.equal('shown');
  });

  it('calls no getter of the instance', () => {
    class Lazy extends Tools {
      get connection(): string {
        throw new Error('not connected');
      }
    }
    expect(new Kernel().addPlugin(new Lazy()).functions).to.have.lengthOf(2);
  });

  it('registers one object under two names', async () => {
    const kernel = new Kernel();
    const tools = new Tools();
    kernel.addPlugin(tools, 'a');
    kernel.addPlugin(definePlugin('b', kernel.getPlugin('a').functions));
    expect((await kernel.invoke('b-kept')).value).to.equal('kept');
    expect(kernel.getFunction('b-kept').metadata.pluginName).to.equal('b');
    expect(kernel.getFunction('a-kept').metadata.pluginName).to.equal('a');
  });
});

describe('currentInvocation', () => {
  it('gives the scope of the function that runs, also after a wait and in a call inside', async () => {
    const seen: (string | undefined)[] = [];
    class Nested {
      @kernelFunction({ parameters: {} })
      async outer(scope: InvocationScope): Promise<void> {
        await Promise.resolve();
        seen.push(currentInvocation()?.function.name);
        expect(currentInvocation()).to.equal(scope);
        await scope.kernel.invoke('inner');
        seen.push(currentInvocation()?.function.name);
      }

      @kernelFunction()
      inner(): void {
        seen.push(currentInvocation()?.function.name);
      }
    }
    const kernel = new Kernel();
    kernel.addPlugin(new Nested());
    await kernel.invoke('outer');
    expect(seen).to.deep.equal(['outer', 'inner', 'outer']);
    expect(currentInvocation()).to.equal(undefined);
  });
});
