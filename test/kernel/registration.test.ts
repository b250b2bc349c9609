import { expect } from 'chai';
import * as v from 'valibot';
import { Kernel, defineFunction, definePlugin, isKernelError, kernelFunction, param } from '../../src/index.js';
import type { InvocationScope, StandardSchema } from '../../src/index.js';
import { aKernel, aPromise, addLab, closed, toolTexts } from '../helpers/a-kernel.js';
import { aModel, call, calls } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

class Counter {
  #count = 0;

  @kernelFunction({ name: 'add', description: 'Adds.', parameters: { by: { type: 'number' } } })
  increase(by: number, scope?: InvocationScope): string {
    this.#count += by;
    return `${this.#count} ${scope?.function.name}`;
  }
}

describe('Kernel: registration and invoke', () => {
  it('91: refuses an object without decorated methods', () => {
    class Plain {
      run(): void {}
    }
    expect(thrownBy(() => new Kernel().addPlugin(new Plain()))).to.include({
      code: 'invalid_metadata',
      message:
        'Plugin "Plain": the object has no method decorated with @kernelFunction. Pass an instance (not its class), and check that decorators are compiled; plain functions go through defineFunction() and definePlugin().',
    });
    for (const none of [Counter, null, 'lab'] as never[])
      expect(thrownBy(() => new Kernel().addPlugin(none))).to.include({
        code: 'invalid_metadata',
        message: 'addPlugin() takes an instance (not its class), or what definePlugin() made.',
      });
  });

  it('92: refuses a second plugin of the same name, unless it replaces the first', () => {
    const kernel = new Kernel();
    kernel.addPlugin(new Counter());
    expect(thrownBy(() => kernel.addPlugin(new Counter()))).to.include({ code: 'duplicate_plugin' });
    const second = kernel.addPlugin(new Counter(), 'Counter', { replace: true, description: 'Another.' });
    expect(kernel.getPlugin('Counter')).to.equal(second).and.include({ description: 'Another.' });
    expect(kernel.removePlugin('Counter')).to.equal(true);
    expect(kernel.removePlugin('Counter')).to.equal(false);
    expect(thrownBy(() => kernel.getPlugin('Counter'))).to.include({ code: 'plugin_not_found' });
  });

  it('93: refuses two methods with the same function name', () => {
    class Twins {
      @kernelFunction('same')
      one(): void {}

      @kernelFunction('same')
      two(): void {}
    }
    expect(thrownBy(() => new Kernel().addPlugin(new Twins())))
      .to.include({ code: 'invalid_name' })
      .and.have.property('message')
      .that.contains('"same"');
    const twin = defineFunction({ name: 'same', input: { type: 'object' } }, () => '');
    expect(thrownBy(() => definePlugin('twins', [twin, twin]))).to.include({ code: 'invalid_name' });
  });

  for (const name of ['', 'my-plugin', '1st', 'a b', 'a.b', 'é', '__proto__']) {
    it(`94: refuses the plugin name "${name}"`, () => {
      const error = thrownBy(() => new Kernel().addPlugin(new Counter(), name));
      expect(error).to.include({ code: 'invalid_name' }).and.have.property('message').that.contains(`"${name}"`);
    });
  }

  for (const name of [
    'a b',
    'a.b',
    'é',
    'then',
    'constructor',
    'prototype',
    '__proto__',
    'toJSON',
    'name',
    'description',
    'functions',
    'get',
    'has',
    '',
  ]) {
    it(`94: refuses the function name "${name}"`, () => {
      const error = thrownBy(() => defineFunction({ name, input: { type: 'object' } }, () => ''));
      expect(error).to.include({ code: 'invalid_name' }).and.have.property('message').that.contains(`"${name}"`);
    });
  }

  it('94: refuses a name that is too long for models, or that two plugins would share', () => {
    const kernel = new Kernel({ functionNameSeparator: '__' });
    addLab(kernel, { ['f'.repeat(59)]: () => '' });
    const error = thrownBy(() => addLab(kernel, { ['f'.repeat(60)]: () => '' }, 'den'));
    expect(error).to.include({ code: 'invalid_name' }).and.have.property('message').that.contains('65 characters');
    addLab(kernel, { b__c: () => '' }, 'a');
    expect(thrownBy(() => addLab(kernel, { c: () => '' }, 'a__b'))).to.include({ code: 'invalid_name' });
    expect([...kernel.plugins.keys()]).to.deep.equal(['lab', 'a']);
  });

  it('95: refuses a method whose parameters nobody described, and names the three remedies', () => {
    class Undescribed {
      @kernelFunction()
      run(code: string): string {
        return code;
      }
    }
    const error = thrownBy(() => new Kernel().addPlugin(new Undescribed()));
    expect(error).to.include({ code: 'invalid_metadata' });
    for (const part of ['Undescribed.run', '`parameters`', '`input`', '@param'])
      expect(error).to.have.property('message').that.contains(part);
  });

  it('95: takes a method that has only the scope with `parameters: {}`', async () => {
    class Scoped {
      @kernelFunction({ parameters: {} })
      run(scope: InvocationScope): string {
        return scope.function.name;
      }
    }
    const kernel = new Kernel();
    kernel.addPlugin(new Scoped());
    expect((await kernel.invoke('run')).value).to.equal('run');
  });

  it('96: exposes inherited methods, and not an override without a decorator', async () => {
    class Base {
      @kernelFunction()
      kept(): string {
        return 'base';
      }

      @kernelFunction({ parameters: { code: { type: 'string' } } })
      hidden(code: string): string {
        return code;
      }

      @kernelFunction({ description: 'Of the base.' })
      changed(): string {
        return 'base';
      }
    }
    class Derived extends Base {
      override hidden(code: string): string {
        return code.repeat(2);
      }

      @kernelFunction({ description: 'Of the heir.' })
      override changed(): string {
        return `derived of ${super.changed()}`;
      }
    }
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(new Derived());
    expect(plugin.functions.map(({ metadata }) => metadata.name).sort()).to.deep.equal(['changed', 'kept']);
    expect(plugin.get('changed').metadata.description).to.equal('Of the heir.');
    expect((await kernel.invoke('Derived-changed')).value).to.equal('derived of base');
  });

  it('registers a method whose key is a symbol under the name it is given, and refuses it without one', async () => {
    const key = Symbol('run');
    class Named {
      @kernelFunction({ name: 'run', parameters: { by: { type: 'number' } } })
      [key](by: number): number {
        return by * 2;
      }
    }
    class Unnamed {
      @kernelFunction()
      [key](): void {}
    }
    const kernel = new Kernel();
    kernel.addPlugin(new Named());
    expect((await kernel.invoke('Named-run', { by: 2 })).value).to.equal(4);
    expect(thrownBy(() => kernel.addPlugin(new Unnamed()))).to.include({ code: 'invalid_name' });
  });

  it('refuses an object without a class as one without a name', () => {
    expect(thrownBy(() => new Kernel().addPlugin(Object.create(null)))).to.include({ code: 'invalid_name' });
  });

  it('refuses a decorator without its parentheses, in both modes', () => {
    class Plain {
      run(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Plain.prototype, 'run');
    const legacy: (...values: readonly unknown[]) => unknown = untyped(kernelFunction);
    const words = '@kernelFunction on "run": it is called, as in @kernelFunction()';
    expect(() => legacy(Plain.prototype, 'run', descriptor)).to.throw(TypeError, words);
    const context = { kind: 'method', name: 'run', static: false, private: false };
    expect(() => legacy(Plain.prototype.run, context)).to.throw(TypeError, words);
  });

  it('97: refuses to decorate anything but a public instance method', () => {
    const misplaced = (what: string, decorate: () => unknown): void => {
      expect(decorate).to.throw(TypeError, `it decorates public instance methods, not ${what}.`);
    };
    misplaced('a static member', () => {
      class Misplaced {
        @kernelFunction()
        static run(): void {}
      }
      return Misplaced;
    });
    misplaced('an accessor', () => {
      class Misplaced {
        @kernelFunction()
        get run(): string {
          return '';
        }
      }
      return Misplaced;
    });
    misplaced('a field', () => {
      class Misplaced {
        @kernelFunction()
        run = (): string => '';
      }
      return Misplaced;
    });
    misplaced('a class', () => {
      // @ts-expect-error -- the compiler refuses it too
      @kernelFunction()
      class Misplaced {}
      return Misplaced;
    });
    expect(() => {
      class Misplaced {
        constructor(@param('code') readonly code: string) {}
      }
      return Misplaced;
    }).to.throw(TypeError, '@param("code"): it describes a parameter of an instance method.');
  });

  it('98: calls the registered instance, #private included, with the scope after the declared arguments', async () => {
    const kernel = new Kernel();
    const instance = new Counter();
    const plugin = kernel.addPlugin(instance);
    expect((await kernel.invoke(plugin['add'] ?? '', { by: 40 })).value).to.equal('40 add');
    expect(instance.increase(2)).to.equal('42 undefined');
  });

  it('99: gives undefined for a function that a plugin has not, and get() throws with those it has', () => {
    const plugin = new Kernel().addPlugin(new Counter());
    expect(plugin['nope']).to.equal(undefined);
    expect(plugin.has('nope')).to.equal(false);
    expect(plugin.has('toString')).to.equal(false);
    expect(thrownBy(() => plugin.get('nope'))).to.include({
      code: 'function_not_found',
      message: 'Plugin "Counter" has no function "nope". It has: "add".',
    });
    expect(thrownBy(() => plugin.get('constructor'))).to.include({ code: 'function_not_found' });
  });

  it('99: is an object that can be awaited, listed and not changed', async () => {
    const plugin = new Kernel().addPlugin(new Counter());
    expect(await Promise.resolve(plugin)).to.equal(plugin);
    expect([...plugin]).to.deep.equal(plugin.functions);
    expect(Object.keys(plugin).sort()).to.deep.equal(['add', 'description', 'functions', 'name']);
    expect(() => Object.assign(plugin, { add: null })).to.throw(TypeError);
  });

  it('99: finds a function by its qualified name, by plugin and name, and by a bare name', () => {
    const kernel = new Kernel();
    addLab(kernel, { run: () => '', 'list-all': () => '' });
    addLab(kernel, { run: () => '' }, 'den');
    const { name } = kernel.getFunction('lab-list-all').metadata;
    expect(name).to.equal('list-all');
    for (const found of [kernel.getFunction('lab.run'), kernel.getFunction('lab', 'run')])
      expect(found).to.equal(kernel.getPlugin('lab').get('run'));
    expect(kernel.getFunction('list-all')).to.equal(kernel.getFunction('lab.list-all'));
    expect(thrownBy(() => kernel.getFunction('run')))
      .to.include({ code: 'function_not_found' })
      .and.have.property('message')
      .that.contains('"lab-run", "den-run"');
    expect(thrownBy(() => kernel.getFunction('lab-nope'))).to.include({ code: 'function_not_found' });
    expect(thrownBy(() => kernel.getFunction('nope-run'))).to.include({ code: 'plugin_not_found' });
    expect(thrownBy(() => kernel.getFunction('toString'))).to.include({ code: 'function_not_found' });
  });

  it('100: throws for arguments that do not fit, with the issues', async () => {
    const kernel = new Kernel();
    kernel.addPlugin(new Counter());
    const error = await rejection(kernel.invoke('Counter-add', { by: 'many', more: 1 }));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_arguments' });
    expect(error).to.have.deep.property('data', {
      issues: ['more: is not a parameter', 'by: expected number, received string'],
    });
    const missing = await rejection(kernel.invoke('Counter-add'));
    expect(missing).to.have.deep.property('data', { issues: ['by: is required'] });
  });

  it('100: throws for a function that is none', async () => {
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(new Counter());
    for (const fn of [plugin['nope'], Counter, null, {}, 'nope']) {
      expect(await rejection(kernel.invoke(fn as never)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'function_not_found' });
    }
  });

  it('101: rejects with what the function threw as the cause', async () => {
    const thrown = new Error('disk full');
    const kernel = aKernel(aModel(), {
      run: () => {
        throw thrown;
      },
    });
    const error = await rejection(kernel.invoke('lab-run'));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'function_failed', cause: thrown });
    expect(error).to.have.property('message', 'Function "lab-run" failed: disk full');
  });

  it('101: rejects with the reason itself on an abort, and with a TimeoutError when the time is up', async () => {
    const kernel = aKernel(aModel(), { run: () => new Promise(() => {}), quick: () => 'ok' });
    const controller = new AbortController();
    const running = rejection(kernel.invoke('lab-run', {}, { signal: controller.signal }));
    controller.abort('changed my mind');
    expect(await running).to.equal('changed my mind');
    expect(await rejection(kernel.invoke('lab-quick', {}, { signal: controller.signal }))).to.equal('changed my mind');
    const late = await rejection(kernel.invoke('lab-run', {}, { timeoutMs: 10 }));
    expect(late).to.be.instanceOf(DOMException).and.include({ name: 'TimeoutError' });
    expect(await rejection(kernel.invoke('lab-run', {}, { timeoutMs: -1 }))).to.include({ code: 'invalid_options' });
  });

  it('101: does not wait for a filter or a validation that ignores the signal', async () => {
    const schema: StandardSchema = {
      '~standard': { version: 1, vendor: 'slow', validate: () => new Promise(() => {}) },
    };
    const slow = defineFunction({ name: 'slow', input: schema, inputJsonSchema: { type: 'object' } }, () => 'ok');
    const kernel = aKernel(aModel(), { run: () => 'ok' });
    kernel.addPlugin(definePlugin('other', [slow]));
    const controller = new AbortController();
    const validating = rejection(kernel.invoke('other-slow', {}, { signal: controller.signal }));
    kernel.addFilter('function', () => new Promise(() => {}));
    const filtering = rejection(kernel.invoke('lab-run', {}, { signal: controller.signal }));
    controller.abort('enough');
    expect(await validating).to.equal('enough');
    expect(await filtering).to.equal('enough');
  });

  it("101: reports the function's own time-out as such, and that of another as a failure", async () => {
    const kernel = aKernel(aModel(), {
      outer: (_, scope) => scope.kernel.invoke('lab-inner'),
      inner: [{ timeoutMs: 10 }, () => new Promise(() => {})],
    });
    expect(await rejection(kernel.invoke('lab-inner'))).to.include({ code: 'function_timeout' });
    const outer = await rejection(kernel.invoke('lab-outer'));
    expect(outer).to.include({ code: 'function_failed' });
    expect(outer).to.have.nested.property('cause.code', 'function_timeout');
  });

  it('101: gives the value, its text and its function', async () => {
    const kernel = aKernel(aModel(), { run: () => ({ a: 1 }), circular: () => kernel });
    const result = await kernel.invoke<{ a: number }>('lab-run');
    expect(result.value).to.deep.equal({ a: 1 });
    expect(`${String(result)} ${result.text} ${result.function.name}`).to.equal('{"a":1} {"a":1} run');
    const self: Record<string, unknown> = {};
    self['self'] = self;
    addLab(kernel, { self: () => self }, 'den');
    expect((await kernel.invoke('den-self')).value).to.equal(self);
  });

  it('102: refuses a Standard Schema that exports no JSON Schema, and names the remedies', () => {
    const schema = v.object({ code: v.string() });
    const error = thrownBy(() => defineFunction({ name: 'run', input: schema }, () => ''));
    expect(error).to.include({ code: 'invalid_metadata' });
    expect(error).to.have.property('message').that.contains('toStandardJsonSchema').and.contains('`inputJsonSchema`');
    const given = defineFunction(
      { name: 'run', input: schema, inputJsonSchema: closed({ code: { type: 'string' } }) },
      () => '',
    );
    expect(given.metadata.parameters).to.deep.equal(closed({ code: { type: 'string' } }));
  });

  inBothModes('103: waits for a validation that takes its time', async (ask) => {
    const valid = aPromise();
    const schema: StandardSchema<{ n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate: async (value) => (await valid.promise, { value: { n: (value as { n: number }).n + 1 } }),
      },
    };
    const fn = defineFunction(
      { name: 'run', input: schema, inputJsonSchema: { type: 'object', properties: { n: {} } } },
      ({ n }) => n,
    );
    const kernel = new Kernel({ services: aModel(calls(call('lab-run', { n: 41 })), 'Done.') });
    kernel.addPlugin(definePlugin('lab', [fn]));
    setImmediate(valid.resolve);
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['42']);
  });

  it('is cloned with its plugins, services and filters, to which each adds on its own', async () => {
    const log: string[] = [];
    const kernel = aKernel(aModel('Hello.'), { run: () => 'ok' });
    kernel.addFilter(
      'function',
      async ({ kernel: shown }, next) => (log.push(shown === kernel ? 'original' : 'clone'), next()),
    );
    const clone = kernel.clone();
    addLab(clone, { more: () => '' }, 'den');
    clone.addFilter('function', async (_, next) => (log.push('added'), next()));
    await clone.invoke('lab-run');
    await kernel.invoke('lab-run');
    expect(log).to.deep.equal(['clone', 'added', 'original']);
    expect([...kernel.plugins.keys()]).to.deep.equal(['lab']);
    expect((await clone.chat('Go')).text).to.equal('Hello.');
  });

  it('lets two kernels share an instance and its state', async () => {
    const instance = new Counter();
    const [one, two] = [new Kernel(), new Kernel()];
    one.addPlugin(instance, 'one');
    two.addPlugin(instance, 'two');
    await one.invoke('one-add', { by: 1 });
    expect((await two.invoke('two-add', { by: 1 })).value).to.equal('2 add');
  });

  it('keeps a hidden value as it is, whatever it is', async () => {
    class Connection {
      readonly #secret = 'open';

      describe(): string {
        return this.#secret;
      }
    }
    const received: unknown[] = [];
    const state = { count: 0 };
    const values = { connection: new Connection(), callback: () => 1, big: 1n, state };
    const kernel = new Kernel({ services: aModel(calls(call('lab-run', {})), 'Done.') });
    const hidden = { hidden: true, description: 'Of the application.' } as const;
    kernel.addPlugin(
      positionalPlugin(
        { connection: hidden, callback: hidden, big: hidden, state: { ...hidden, type: 'object' } },
        (...given) => {
          received.push(...given.slice(0, 4));
          state.count += 1;
          return (given[0] as Connection).describe();
        },
      ),
    );
    const result = await kernel.chat('Go', { arguments: values });
    expect(toolTexts(result.messages)).to.deep.equal(['open']);
    expect(received).to.have.ordered.members([values.connection, values.callback, values.big, state]);
  });

  inBothModes('rejects when the application leaves out a hidden value that is needed', async (ask) => {
    const kernel = new Kernel({ services: aModel(calls(call('lab-run', {}))) });
    kernel.addPlugin(positionalPlugin({ user: { type: 'string', hidden: true } }, () => expect.fail('must not run')));
    const error = await rejection(ask(kernel, 'Go'));
    expect(error).to.satisfy(isKernelError).and.include({
      code: 'invalid_arguments',
      message:
        'Function "lab-run" needs `arguments` of the application: user: is required. Pass them in the options of chat().',
    });
  });

  it('checks the options of the kernel and of its services', () => {
    expect(thrownBy(() => new Kernel({ functionNameSeparator: '.' as never }))).to.include({ code: 'invalid_options' });
    expect(thrownBy(() => new Kernel({ errorDetail: 'all' as never }))).to.include({ code: 'invalid_options' });
    expect(thrownBy(() => new Kernel({ services: {} as never }))).to.include({ code: 'invalid_options' });
    const model = aModel();
    expect(thrownBy(() => new Kernel({ services: [model, model] }))).to.include({ code: 'invalid_options' });
    expect(new Kernel({ services: [model] }).addService(model, 'again').getService('again')).to.equal(model);
  });

  for (const separator of ['-', '_', '__'] as const) {
    inBothModes(`offers and resolves names with the separator "${separator}"`, async (ask) => {
      const model = aModel(calls(call(`lab${separator}run`)), 'Done.');
      const kernel = new Kernel({ services: model, functionNameSeparator: separator });
      addLab(kernel, { run: () => 'ok' });
      expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['ok']);
      expect(model.requests[0]?.tools?.[0]?.name).to.equal(`lab${separator}run`);
      expect(kernel.getFunction(`lab${separator}run`)).to.equal(kernel.getPlugin('lab').get('run'));
    });
  }

  it('99: says what there is when a plugin, function or service is not found', () => {
    const kernel = new Kernel({ services: aModel() });
    addLab(kernel, { run: () => '', 'list-all': () => '' });
    addLab(kernel, { run: () => '', 'list-all': () => '' }, 'den');
    const message = (find: () => unknown): unknown => Reflect.get(Object(thrownBy(find)), 'message');
    expect(message(() => kernel.getPlugin('nope'))).to.equal(
      'There is no plugin named "nope". Registered: "lab", "den".',
    );
    const all = '"lab-run", "lab-list-all", "den-run", "den-list-all"';
    expect(message(() => kernel.getFunction('toString'))).to.equal(
      `There is no function "toString". Registered: ${all}.`,
    );
    for (const [name, names] of [
      ['run', '"lab-run", "den-run"'],
      ['list-all', '"lab-list-all", "den-list-all"'],
    ] as const) {
      expect(message(() => kernel.getFunction(name))).to.equal(
        `Several plugins have a function "${name}"; name one of: ${names}.`,
      );
    }
    expect(message(() => kernel.getFunction('nope.run'))).to.match(/^There is no plugin named "nope"/);
    expect(message(() => kernel.getFunction('-lab-run'))).to.match(/^There is no function "-lab-run"/);
    expect(message(() => kernel.getFunction('lab-'))).to.match(/^There is no function "lab-"/);
    expect(message(() => kernel.getFunction('lab-run\n'))).to.match(/^Plugin "lab" has no function "run\n"/);
    expect(message(() => kernel.getService('nope'))).to.equal(
      'There is no chat service "nope". Registered: "scripted".',
    );
    expect(message(() => new Kernel().getService())).to.match(/^The kernel has no chat service: add one/);
    expect(message(() => new Kernel({ errorDetail: 'all' as never }))).to.equal(
      '`errorDetail` must be one of "message", "none".',
    );
    for (const none of [null, undefined, 'model', {}])
      expect(thrownBy(() => kernel.addService(none as never))).to.include({ code: 'invalid_options' });
  });

  it('99: takes what looks like plugin and function for that first', () => {
    const kernel = new Kernel({ functionNameSeparator: '_' });
    addLab(kernel, { run: () => '' });
    addLab(kernel, { 'lab-run': () => '' }, 'den');
    expect(kernel.getFunction('lab-run')).to.equal(kernel.getPlugin('lab').get('run'));
  });
});
