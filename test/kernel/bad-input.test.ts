import { expect } from 'chai';
import { Kernel, isKernelError } from '../../src/index.js';
import { aKernel } from '../helpers/a-kernel.js';
import { aModel, call, calls } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const SIGNAL = '`signal` must be an AbortSignal, not an object; of an AbortController pass `controller.signal`.';

describe('Kernel: bad input', () => {
  const none = (): never => expect.fail('must not run');

  for (const [args, what] of [
    [null, 'null'],
    [[1], 'an array'],
    ['x', 'a string'],
    [5, 'a number'],
    [() => ({}), 'a function'],
  ] as const) {
    it(`invoke refuses ${what} for arguments`, async () => {
      const kernel = aKernel(aModel(), { run: none });
      kernel.addPlugin(positionalPlugin({ a: { type: 'string', required: false } }, none), 'den');
      for (const name of ['lab-run', 'den-run']) {
        const error = await rejection(kernel.invoke(name, untyped(args)));
        const issue = `arguments: must be an object of values by their names, not ${what}`;
        expect(error)
          .to.satisfy(isKernelError)
          .and.include({
            code: 'invalid_arguments',
            message: `Invalid arguments for "${name}":\n- ${issue}`,
          });
        expect(error).to.have.deep.property('data', { issues: [issue] });
      }
    });
  }

  it('invoke refuses what are no options', async () => {
    const kernel = aKernel(aModel(), { run: none });
    for (const options of [null, 5, 'x']) {
      expect(await rejection(kernel.invoke('lab-run', {}, untyped(options))))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_options' });
    }
  });

  it('invoke refuses a controller in place of its signal, and other things that are no signals', async () => {
    const kernel = aKernel(aModel(), { run: none });
    const invoke = (signal: unknown): Promise<unknown> =>
      rejection(kernel.invoke('lab-run', {}, { signal: untyped(signal) }));
    expect(await invoke(new AbortController())).to.include({ code: 'invalid_options', message: SIGNAL });
    for (const signal of [null, 5, 'x', {}, { aborted: false }, () => {}]) {
      expect(await invoke(signal))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_options' });
    }
  });

  it('a function refuses them where it invokes another', async () => {
    const kernel = aKernel(aModel(), {
      run: (_, scope) => scope.kernel.invoke('lab-other', {}, { signal: untyped(new AbortController()) }),
      other: none,
    });
    expect(await rejection(kernel.invoke('lab-run'))).to.have.nested.property('cause.code', 'invalid_options');
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['null', null, 'as an object, not null'],
    ['a text', 'x', 'as an object, not a string'],
    ['a controller in place of its signal', { signal: new AbortController() }, SIGNAL],
    ['null for a signal', { signal: null }, '`signal` must be an AbortSignal, not null'],
    ['a time that is none', { timeoutMs: '5' }, '`timeoutMs` must be a positive number of milliseconds'],
    ['a misspelt option', { function: false }, 'has no option `function`. There are: `functions`, '],
    ['functions that are none', { functions: 'auto' }, '`functions` must be false or a FunctionChoiceBehavior'],
    ['functions that are none', { functions: null }, '`functions` must be false or a FunctionChoiceBehavior'],
    ['arguments that are none', { arguments: ['x'] }, '`arguments` must be an object, not an array'],
    ['settings that are none', { settings: 'hot' }, '`settings` must be an object, not a string'],
  ];
  for (const [what, options, problem] of wrong) {
    inBothModes(`chat refuses ${what} before anything is asked`, async (ask) => {
      const model = aModel('Hello.');
      const error = await rejection(ask(aKernel(model, { run: none }), 'Go', untyped(options)));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
      expect(error).to.have.property('message').that.contains(problem);
      expect(model.requests).to.deep.equal([]);
    });

    it(`invokeToolCall refuses ${what}`, async () => {
      const kernel = aKernel(aModel(), { run: none });
      const toolCall = { id: 'c', name: 'lab-run', arguments: '{}' };
      const error = await rejection(kernel.invokeToolCall(toolCall, untyped(options)));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
      expect(error).to.have.property('message').that.contains(problem);
    });
  }

  it('invokeToolCall refuses what is no call', async () => {
    for (const toolCall of [null, undefined, 'lab-run', 5, {}, [], { id: 'c' }]) {
      expect(await rejection(aKernel(aModel(), { run: none }).invokeToolCall(untyped(toolCall)))).to.include({
        code: 'invalid_options',
        message: 'invokeToolCall() takes a call of a model: { id, name, arguments }.',
      });
    }
  });

  inBothModes('chat takes its options as undefined', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const options = { functions: undefined, settings: undefined, arguments: undefined, functionChoice: undefined };
    expect((await ask(aKernel(model, { run: () => 'ran' }), 'Go', options)).text).to.equal('Done.');
  });

  it('says which kinds of filters there are', () => {
    const error = thrownBy(() => new Kernel().addFilter(untyped('functions'), async () => undefined));
    expect(error).to.include({ code: 'invalid_options' });
    expect(error)
      .to.have.property('message')
      .that.equals(
        "Filters are of the kind 'function', 'autoFunction' or 'prompt'; there is none named \"functions\".",
      );
  });

  for (const kind of ['function', 'autoFunction', 'prompt'] as const) {
    it(`refuses a filter of the kind ${kind} that is no function, when it is added`, () => {
      for (const filter of [undefined, null, {}, 'log']) {
        const error = thrownBy(() => new Kernel().addFilter(untyped(kind), untyped(filter)));
        expect(error).to.include({ code: 'invalid_options' });
        expect(error).to.have.property('message').that.contains('A filter is a function (context, next) => …, not ');
      }
    });
  }

  it('refuses options of a plugin that are none', () => {
    const plugin = positionalPlugin({}, none);
    for (const options of [null, 'x', { replaces: true }]) {
      expect(thrownBy(() => new Kernel().addPlugin(plugin, 'den', untyped(options)))).to.include({
        code: 'invalid_options',
      });
    }
  });

  it('says that a function that took too long is the one of its plugin', async () => {
    const kernel = aKernel(aModel(), { slow: [{ timeoutMs: 5 }, () => new Promise(() => {})] });
    expect(await rejection(kernel.invoke('lab-slow'))).to.include({
      code: 'function_timeout',
      message: 'Function "lab-slow" did not finish within 5 ms and was cancelled; raise its `timeoutMs`.',
    });
  });
});
