import { expect } from 'chai';
import { ChatHistory, FunctionError, isKernelError } from '../../src/index.js';
import type { ChatResponse } from '../../src/index.js';
import { aKernel, aPromise, roles, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aStreamingService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

const ENDED = 'Error: not run. The application ended this request.';

describe('Kernel: filters that misbehave', () => {
  for (const [what, set] of [
    ['undefined for its messages', { messages: undefined }],
    ['a text for its messages', { messages: 'Be brief.' }],
    ['a message that is null', { messages: [null] }],
    ['undefined for its settings', { settings: undefined }],
    ['a number for its settings', { settings: 7 }],
  ] as const) {
    inBothModes(`67: rejects for a prompt filter that sets ${what}, before anything is asked`, async (ask) => {
      const history = new ChatHistory().addUser('Go');
      const model = aModel('Hello.');
      const kernel = aKernel(model);
      kernel.addFilter('prompt', async (context, next) => {
        Object.assign(context, set);
        await next();
      });
      const error = await rejection(ask(kernel, history));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'filter_failed' });
      expect(error)
        .to.have.property('message')
        .that.matches(new RegExp(`^A filter failed: it set \`${Object.keys(set)[0]}\` to `));
      expect(model.requests).to.have.lengthOf(0);
      expect(roles(history.messages)).to.deep.equal(['user']);
    });
  }

  for (const kind of ['function', 'autoFunction'] as const) {
    for (const set of [undefined, null, 'x', 7, ['x']]) {
      const title = `67: rejects for a filter of the kind ${kind} that sets arguments to ${JSON.stringify(set)}, and runs nothing`;
      inBothModes(title, async (ask) => {
        const history = new ChatHistory().addUser('Go');
        const kernel = aKernel(aModel(calls(call('lab-run', {}, '1'), call('lab-run', {}, '2'))), {
          run: [{ exclusive: (args) => String(args['session']) }, () => expect.fail('must not run')],
        });
        kernel.addFilter(kind as 'function', async (context, next) => {
          context.arguments = set as never;
          await next();
        });
        const error = await rejection(ask(kernel, history));
        expect(error).to.satisfy(isKernelError).and.include({ code: 'filter_failed' });
        expect(error)
          .to.have.property('message')
          .that.matches(/^A filter failed: it set `arguments` to /);
        expect(toolTexts(history.messages)).to.deep.equal([ENDED, ENDED]);
      });
    }
  }

  it('67: rejects for a function filter that takes the arguments away from kernel.invoke', async () => {
    const kernel = aKernel(aModel(), { run: () => expect.fail('must not run') });
    kernel.addFilter('function', async (context, next) => {
      context.arguments = undefined as never;
      await next();
    });
    expect(await rejection(kernel.invoke('lab-run'))).to.include({
      code: 'filter_failed',
      message: 'A filter failed: it set `arguments` to undefined, not to an object.',
    });
  });

  for (const set of ['text', {}, { message: null }, { message: { toolCalls: 'none' } }]) {
    inBothModes(`31: says whose the response ${JSON.stringify(set)} is that a prompt filter sets`, async (ask) => {
      const kernel = aKernel(aModel('Hello.'));
      kernel.addFilter('prompt', (context) => {
        context.response = set as never;
      });
      expect(await rejection(ask(kernel, 'Go')))
        .to.have.property('message')
        .that.matches(/^A prompt filter answered with/);
    });
  }

  inBothModes('71: runs a call through the filters that there were when it began', async (ask) => {
    const log: string[] = [];
    const kernel = aKernel(aModel(calls(call('lab-run')), calls(call('lab-run')), 'Done.'), { run: () => 'ran' });
    const remove = kernel.addFilter('function', async (_, next) => {
      log.push('first');
      await next();
    });
    kernel.addFilter('autoFunction', async ({ attempt }, next) => {
      if (attempt === 1) {
        remove();
        kernel.addFilter('function', async (_, goOn) => {
          log.push('second');
          await goOn();
        });
      }
      await next();
    });
    await ask(kernel, 'Go');
    expect(log).to.deep.equal(['first', 'second']);
  });

  inBothModes('sums the tokens of every request that a prompt filter makes, and of no other', async (ask) => {
    const said = (content: string): ChatResponse => ({
      ...response({ content }),
      usage: { inputTokens: 10, outputTokens: 1, cachedInputTokens: 2 },
    });
    const retrying = aKernel(aModel(said('No.'), said('Yes.')));
    retrying.addFilter('prompt', async (_, next) => {
      await next();
      await next();
    });
    const result = await ask(retrying, 'Go');
    expect(result).to.include({ text: 'Yes.', attempts: 1 });
    expect(result.usage).to.deep.equal({ inputTokens: 20, outputTokens: 2, cachedInputTokens: 4 });
    const remembering = aKernel(aModel());
    remembering.addFilter('prompt', (context) => {
      context.response = said('Yes.');
    });
    expect((await ask(remembering, 'Go')).usage).to.deep.equal({ inputTokens: 0, outputTokens: 0 });
  });

  it('ends the request that a prompt filter did not wait for, and streams nothing of it from then on', async () => {
    const second = aPromise();
    const late = aPromise();
    const signals: AbortSignal[] = [];
    const kernel = aKernel(
      aStreamingService(async function* ({ messages }, signal) {
        signals.push(signal);
        if (messages.length === 1) {
          yield { type: 'text', text: 'Once ' };
          await second.promise;
          try {
            yield { type: 'text', text: 'upon' };
          } finally {
            late.resolve();
          }
        } else {
          second.resolve();
          await late.promise;
          yield { type: 'end', response: response({ content: null, refusal: 'No.' }) };
        }
      }),
      { run: () => 'ran' },
    );
    kernel.addFilter('prompt', async (context, next) => {
      const answer = next();
      if (context.attempt > 1) return answer;
      context.response = calls(call('lab-run'));
    });
    const texts: string[] = [];
    for await (const text of kernel.chatStream('Go').text()) texts.push(text);
    expect(texts).not.to.include('upon');
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
  });

  inBothModes('asks nothing for a prompt filter whose turn comes when an outer one has answered', async (ask) => {
    const gate = aPromise();
    const late: Promise<unknown>[] = [];
    const model = aModel('Unasked for.');
    const kernel = aKernel(model);
    kernel.addFilter('prompt', (context, next) => {
      void next();
      context.response = response({ content: 'From the cache.' });
    });
    kernel.addFilter('prompt', async (_, next) => {
      await gate.promise;
      const rest = rejection(next());
      late.push(rest);
      await rest;
    });
    expect(await ask(kernel, 'Go')).to.include({ text: 'From the cache.' });
    gate.resolve();
    while (late.length === 0) await settle();
    expect(await late[0]).to.include({ name: 'AbortError' });
    expect(model.requests).to.have.lengthOf(0);
  });

  for (const kind of ['function', 'autoFunction'] as const) {
    inBothModes(`ends the function that a filter of the kind ${kind} did not wait for`, async (ask) => {
      const reasons: unknown[] = [];
      const kernel = aKernel(aModel(calls(call('lab-run')), calls(call('lab-run')), 'Done.'), {
        run: [
          { exclusive: true },
          (_input, { signal }) => {
            signal.addEventListener('abort', () => reasons.push(signal.reason));
            return new Promise(() => undefined);
          },
        ],
      });
      let times = 0;
      kernel.addFilter(kind as 'function', async (context, next) => {
        times += 1;
        void next();
        await settle();
        if (times > 1) throw new FunctionError('too slow');
        context.result = 'had enough';
      });
      const { messages } = await ask(kernel, 'Go');
      expect(toolTexts(messages)).to.deep.equal(['had enough', 'Error: too slow']);
      expect(reasons.map((reason) => (reason as Error).name)).to.deep.equal(['AbortError', 'AbortError']);
    });
  }

  it('ends the function that a filter around kernel.invoke did not wait for', async () => {
    const signals: AbortSignal[] = [];
    const kernel = aKernel(aModel(), {
      run: (_input, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    kernel.addFilter('function', async (context, next) => {
      void next();
      await settle();
      context.result = 'had enough';
    });
    expect(String(await kernel.invoke('lab-run'))).to.equal('had enough');
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
  });

  it('runs nothing for a filter whose turn comes when an outer one has answered', async () => {
    const approval = aPromise();
    const late: Promise<unknown>[] = [];
    const kernel = aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => expect.fail('must not run') });
    kernel.addFilter('autoFunction', (context, next) => {
      void next();
      context.result = 'not approved in time';
    });
    kernel.addFilter('function', async (_, next) => {
      await approval.promise;
      const rest = rejection(next());
      late.push(rest);
      await rest;
    });
    expect(toolTexts((await kernel.chat('Go')).messages)).to.deep.equal(['not approved in time']);
    approval.resolve();
    while (late.length === 0) await settle();
    expect(await late[0]).to.include({ name: 'AbortError' });
  });
});

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
