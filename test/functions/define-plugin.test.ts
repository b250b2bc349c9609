import { expect } from 'chai';
import {
  Kernel,
  defineFunction,
  definePlugin,
  isFunctionError,
  isKernelError,
  FunctionError,
  KernelError,
} from '../../src/index.js';
import { aPromise, closed } from '../helpers/a-kernel.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const EMPTY = { type: 'object' };

describe('definePlugin', () => {
  it('puts functions together under a name', () => {
    const run = defineFunction(
      { name: 'run', description: 'Runs.', input: closed({ a: { type: 'string' } }) },
      () => '',
    );
    const plugin = definePlugin('lab', [run], { description: 'A lab.' });
    expect(plugin).to.include({ name: 'lab', description: 'A lab.' });
    expect(plugin['run']?.metadata).to.deep.equal({
      name: 'run',
      pluginName: 'lab',
      description: 'Runs.',
      parameters: closed({ a: { type: 'string' } }),
      modelVisible: true,
    });
    expect(run.metadata.pluginName).to.equal('');
  });

  it('refuses what is no kernel function', () => {
    for (const value of [undefined, null, () => '', {}]) {
      expect(thrownBy(() => definePlugin('lab', [value as never]))).to.include({ code: 'function_not_found' });
    }
  });

  it('takes a list of functions, and says so to whoever passes one', () => {
    const run = defineFunction({ name: 'run', input: EMPTY }, () => '');
    for (const [functions, what] of [
      [null, 'null'],
      [undefined, 'undefined'],
      [run, 'an object'],
      ['run', 'a string'],
    ] as const) {
      expect(thrownBy(() => definePlugin('lab', functions as never))).to.include({
        code: 'invalid_metadata',
        message: `definePlugin() takes a list of functions, as in [defineFunction(…)], not ${what}.`,
      });
    }
    for (const options of [null, 'A lab.', { desciption: 'A lab.' }]) {
      expect(thrownBy(() => definePlugin('lab', [run], options as never))).to.include({ code: 'invalid_metadata' });
    }
  });

  it('takes the name that it is registered under', async () => {
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: EMPTY }, (_, scope) => scope.function.pluginName),
    ]);
    const kernel = new Kernel();
    expect(kernel.addPlugin(plugin)).to.equal(plugin);
    expect(kernel.addPlugin(plugin, 'den', { description: 'Another.' })).to.include({
      name: 'den',
      description: 'Another.',
    });
    expect((await kernel.invoke('den-run')).value).to.equal('den');
    expect((await kernel.invoke('lab-run')).value).to.equal('lab');
  });

  it('runs exclusive functions of one plugin in turn, under whatever name', async () => {
    const held = aPromise();
    const log: string[] = [];
    const run = defineFunction(
      { name: 'run', input: EMPTY, exclusive: true },
      async (_, { function: { pluginName } }) => {
        log.push(`${pluginName} begins`);
        await held.promise;
        log.push(`${pluginName} ends`);
      },
    );
    const plugin = definePlugin('lab', [run]);
    const kernel = new Kernel();
    kernel.addPlugin(plugin);
    kernel.addPlugin(plugin, 'den');
    const runs = [kernel.invoke('lab-run'), kernel.invoke('den-run')];
    setImmediate(held.resolve);
    await Promise.all(runs);
    expect(log).to.deep.equal(['lab begins', 'lab ends', 'den begins', 'den ends']);
  });
});

describe('defineFunction', () => {
  it('refuses a function without a body', () => {
    for (const body of [undefined, null, {}, 'run']) {
      expect(thrownBy(() => defineFunction({ name: 'run', input: EMPTY }, body as never))).to.include({
        code: 'invalid_metadata',
        message:
          'Function "run" has no body: pass what it does as the second argument, a function (input, scope) => ….',
      });
    }
  });

  it('refuses parameters, which its body would not be given, and a JSON Schema without its input', () => {
    for (const [options, says] of [
      [{ name: 'add', parameters: { a: { type: 'number' }, b: { type: 'number' } } }, '`parameters`'],
      [{ name: 'add', inputJsonSchema: { type: 'object' } }, '`inputJsonSchema`'],
    ] as const) {
      const error = thrownBy(() => defineFunction(untyped(options), () => ''));
      expect(error).to.include({ code: 'invalid_metadata' });
      expect(error).to.have.property('message').that.contains(says).and.contains('`input`');
    }
  });

  it('refuses what are no options, and a name that is no text', () => {
    for (const options of [null, undefined, {}, { name: 5, input: EMPTY }]) {
      expect(thrownBy(() => defineFunction(options as never, () => ''))).to.include({ code: 'invalid_name' });
    }
  });
});

describe('the error classes', () => {
  it('are told by their brands, and are not confused by hostile objects', () => {
    expect(isKernelError(new KernelError('invalid_name', 'x'))).to.equal(true);
    expect(isFunctionError(new FunctionError('x'))).to.equal(true);
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    );
    for (const value of [null, undefined, 'x', new Error('x'), hostile]) {
      expect([isKernelError(value), isFunctionError(value)]).to.deep.equal([false, false]);
    }
  });
});
