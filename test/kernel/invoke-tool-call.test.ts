import { expect } from 'chai';
import { FunctionChoiceBehavior, Kernel, isKernelError } from '../../src/index.js';
import { aKernel, addLab } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls } from '../helpers/a-model.js';
import { rejection } from '../helpers/in-both-modes.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';

describe('Kernel.invokeToolCall', () => {
  it('answers a call as the loop would, under its true name and its id', async () => {
    const kernel = aKernel(aModel(), { run: ({ n }) => `ran ${String(n)}` });
    const record = await kernel.invokeToolCall(call('lab.run', { n: 1 }, 'x'));
    expect(record.result).to.deep.equal({ role: 'tool', toolCallId: 'x', name: 'lab-run', content: 'ran 1' });
    expect(record).to.deep.include({
      value: 'ran 1',
      arguments: { n: 1 },
      attempt: 1,
      call: call('lab-run', { n: 1 }, 'x'),
    });
  });

  it("answers what is the model's or the function's fault", async () => {
    const kernel = aKernel(aModel(), {
      run: () => {
        throw new Error('broken');
      },
    });
    const contents = [];
    for (const each of [call('nope'), call('lab-run', '{'), call('lab-run')])
      contents.push((await kernel.invokeToolCall(each)).result.content);
    expect(contents[0]).to.equal(
      'Error: there is no function named "nope". Available functions: "lab-run". Call one of them by its exact name.',
    );
    expect(contents[1]).to.match(/^Error: the arguments for "lab-run" are not valid JSON/);
    expect(contents[2]).to.equal('Error: "lab-run" failed: broken');
  });

  it('knows no function that the filters, or functions: false, take away', async () => {
    const kernel = aKernel(aModel(), { run: () => 'ok', other: () => 'ok' });
    const functions = FunctionChoiceBehavior.auto({ filters: { excludedFunctions: ['lab-run'] } });
    expect((await kernel.invokeToolCall(call('lab-run'), { functions })).result.content).to.match(
      /^Error: there is no function named "lab-run". Available functions: "lab-other"\./,
    );
    expect((await kernel.invokeToolCall(call('lab-run'), { functions: false })).result.content).to.match(
      /Available functions: none\./,
    );
  });

  it('gives hidden values of the application to the function, and rejects when they are missing', async () => {
    const kernel = new Kernel();
    kernel.addPlugin(positionalPlugin({ user: { type: 'string', hidden: true } }, (user) => user));
    expect((await kernel.invokeToolCall(call('lab-run'), { arguments: { user: 'alice' } })).result.content).to.equal(
      'alice',
    );
    expect(await rejection(kernel.invokeToolCall(call('lab-run'))))
      .to.satisfy(isKernelError)
      .and.include({ code: 'invalid_arguments' });
  });

  it('runs both kinds of function filters', async () => {
    const log: string[] = [];
    const kernel = aKernel(aModel(), { run: () => 'ok' });
    kernel.addFilter('function', async (_, next) => (log.push('function'), next()));
    kernel.addFilter(
      'autoFunction',
      async ({ index, count, attempt }, next) => (log.push(`auto ${index} ${count} ${attempt}`), next()),
    );
    await kernel.invokeToolCall(call('lab-run'));
    expect(log).to.deep.equal(['auto 0 1 1', 'function']);
  });

  it("rejects for the application's failures, for an abort and when the time is up", async () => {
    const fatal = Object.assign(new Error('no credentials'), { fatal: true });
    const kernel = aKernel(aModel(), {
      bad: () => {
        throw fatal;
      },
      slow: () => new Promise(() => {}),
    });
    addLab(kernel, { run: () => 'ok' }, 'den');
    expect(await rejection(kernel.invokeToolCall(call('lab-bad')))).to.include({
      code: 'function_failed',
      cause: fatal,
    });
    expect(await rejection(kernel.invokeToolCall(call('lab-slow'), { timeoutMs: 5 }))).to.include({
      name: 'TimeoutError',
    });
    expect(await rejection(kernel.invokeToolCall(call('lab-slow'), { signal: AbortSignal.abort('no') }))).to.equal(
      'no',
    );
    kernel.addFilter('function', () => {
      throw new TypeError('bug');
    });
    expect(await rejection(kernel.invokeToolCall(call('den-run')))).to.include({ code: 'filter_failed' });
  });

  it('leaves the call that it is given as it was', async () => {
    const kernel = aKernel(aModel(), {
      run: (_, { toolCall }) => {
        if (toolCall) toolCall.id = 'forged';
      },
    });
    const given = Object.freeze(call('lab.run', {}, 'x'));
    expect((await kernel.invokeToolCall(given)).result).to.include({ toolCallId: 'x' });
    expect(given).to.deep.equal(call('lab.run', {}, 'x'));
  });

  it('gives a call without an id one, and answers a call of nothing', async () => {
    const kernel = aKernel(aModel(), { run: () => 'ok' });
    const { result } = await kernel.invokeToolCall(call('lab-run', {}, ''));
    expect(result)
      .to.have.property('toolCallId')
      .that.matches(/^call_.+/);
    const nothing = await kernel.invokeToolCall(call('', '', 'x'));
    expect(nothing.result).to.include({ toolCallId: 'x', isError: true });
  });

  it('shows a filter the call in a message of its own', async () => {
    const messages: unknown[] = [];
    const kernel = aKernel(aModel(), { run: () => 'ok' });
    kernel.addFilter('autoFunction', async ({ message }, next) => (messages.push(message), next()));
    await kernel.invokeToolCall(call('lab-run', {}, 'x'));
    expect(messages).to.deep.equal([{ role: 'assistant', content: null, toolCalls: [call('lab-run', {}, 'x')] }]);
  });

  it('is no way around the limit of depth', async () => {
    let entered = 0;
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1 });
    const kernel = aKernel(
      aService(() => calls(call('lab-dig'))),
      {
        dig: async () => {
          entered += 1;
          // So that the test ends, whatever the kernel does.
          if (entered < 20) await kernel.invokeToolCall(call('lab-deeper'));
        },
        deeper: async () => void (await kernel.chat('Deeper', { functions })),
      },
    );
    await kernel.chat('Go', { functions }).catch(() => undefined);
    expect(entered).to.equal(8);
  });
});
