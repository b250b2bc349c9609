import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior, FunctionError, Kernel, isKernelError } from '../../src/index.js';
import type { AutoFunctionContext, ChatResponse, PromptContext } from '../../src/index.js';
import { aKernel, aPromise, closed, roles, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

const CALL = calls(call('lab-run'));
const THREE = calls(call('lab-run', {}, '1'), call('lab-run', {}, '2'), call('lab-run', {}, '3'));
const ENDED = 'Error: not run. The application ended this request.';

describe('Kernel: filters', () => {
  inBothModes('61: runs the filter that was added first outermost, automatic ones around the others', async (ask) => {
    const log: string[] = [];
    const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => log.push('function') });
    const noted =
      (name: string) =>
      async (_: unknown, next: () => Promise<void>): Promise<void> => {
        log.push(`${name} before`);
        await next();
        log.push(`${name} after`);
      };
    kernel.addFilter('function', noted('f1'));
    kernel.addFilter('autoFunction', noted('a1'));
    kernel.addFilter('function', noted('f2'));
    kernel.addFilter('autoFunction', noted('a2'));
    await ask(kernel, 'Go');
    expect(log).to.deep.equal([
      'a1 before',
      'a2 before',
      'f1 before',
      'f2 before',
      'function',
      'f2 after',
      'f1 after',
      'a2 after',
      'a1 after',
    ]);
  });

  inBothModes('61: nests prompt filters in the same way', async (ask) => {
    const log: string[] = [];
    const kernel = aKernel(aModel('Done.'));
    for (const name of ['1', '2']) {
      kernel.addFilter('prompt', async (_, next) => {
        log.push(`${name} before`);
        await next();
        log.push(`${name} after`);
      });
    }
    await ask(kernel, 'Go');
    expect(log).to.deep.equal(['1 before', '2 before', '2 after', '1 after']);
  });

  for (const kind of ['function', 'autoFunction'] as const) {
    inBothModes(
      `62: answers with the result that a filter of the kind ${kind} sets in the function's place`,
      async (ask) => {
        const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => expect.fail('must not run') });
        kernel.addFilter(kind as 'function', (context) => {
          context.result = { cached: true };
        });
        const result = await ask(kernel, 'Go');
        expect(toolTexts(result.messages)).to.deep.equal(['{"cached":true}']);
        expect(result.calls[0]?.value).to.deep.equal({ cached: true });
      },
    );

    inBothModes(
      `63: answers that there is no output when a filter of the kind ${kind} neither runs it nor sets a result`,
      async (ask) => {
        const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => expect.fail('must not run') });
        kernel.addFilter(kind as 'function', () => {});
        const result = await ask(kernel, 'Go');
        expect(toolTexts(result.messages)).to.deep.equal(['(no output)']);
        expect(result.calls[0]?.error).to.equal(undefined);
      },
    );

    inBothModes(`64: counts the final outcome when a filter of the kind ${kind} tries again`, async (ask) => {
      let runs = 0;
      const kernel = aKernel(aModel(CALL, 'Done.'), {
        run: () => {
          runs += 1;
          if (runs < 3) throw new Error('busy');
          return 'ok';
        },
      });
      kernel.addFilter(kind as 'function', async (_, next) => {
        for (let tries = 0; tries < 2; tries += 1) {
          try {
            return await next();
          } catch {
            // Once more.
          }
        }
        return next();
      });
      const result = await ask(kernel, 'Go', {
        functions: FunctionChoiceBehavior.auto({ maxCalls: 2, maxConsecutiveErrors: 1 }),
      });
      expect(runs).to.equal(3);
      expect(toolTexts(result.messages)).to.deep.equal(['ok']);
      expect(result).to.include({ stopReason: 'completed' });
      expect(result.calls).to.have.lengthOf(1);
    });
  }

  inBothModes(
    '65: gives the function what a filter makes of its arguments, unchecked, and keeps what the model sent',
    async (ask) => {
      let received: unknown;
      const kernel = aKernel(aModel(calls(call('lab-run', { n: 1 })), 'Done.'), {
        run: [{ input: closed({ n: { type: 'number' } }) }, (given) => ((received = given), 'ok')],
      });
      kernel.addFilter('function', async (context, next) => {
        context.arguments = { n: 'not a number', more: true };
        await next();
      });
      const result = await ask(kernel, 'Go');
      expect(received).to.deep.equal({ n: 'not a number', more: true });
      expect(result.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{"n":1}');
    },
  );

  for (const kind of ['function', 'autoFunction'] as const) {
    inBothModes(
      `66: tells the model what a FunctionError of a filter of the kind ${kind} says, and goes on`,
      async (ask) => {
        const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => expect.fail('must not run') });
        kernel.addFilter(kind as 'function', () => {
          throw new FunctionError('this function is not allowed today');
        });
        const result = await ask(kernel, 'Go');
        expect(toolTexts(result.messages)).to.deep.equal(['Error: this function is not allowed today']);
        expect(result.text).to.equal('Done.');
      },
    );

    inBothModes(
      `67: closes the history and rejects when a filter of the kind ${kind} throws anything else`,
      async (ask) => {
        const bug = new TypeError('policy is undefined');
        const history = new ChatHistory().addUser('Go');
        const kernel = aKernel(aModel(THREE), { run: () => 'ok' });
        kernel.addFilter(kind as 'function', async ({ toolCall }, next) => {
          if (toolCall?.id === '2') throw bug;
          await next();
        });
        const error = await rejection(ask(kernel, history));
        expect(error).to.satisfy(isKernelError).and.include({ code: 'filter_failed', cause: bug });
        expect(toolTexts(history.messages)).to.deep.equal(['ok', ENDED, ENDED]);
        expect((await ask(aKernel(aModel('On we go.')), history)).text).to.equal('On we go.');
      },
    );

    inBothModes(
      `67: takes an error that the function threw for the function's, also after a filter of the kind ${kind}`,
      async (ask) => {
        const kernel = aKernel(aModel(CALL, 'Done.'), {
          run: () => {
            throw new Error('broken');
          },
        });
        kernel.addFilter(kind as 'function', async (_, next) => {
          try {
            await next();
          } finally {
            // As logging does.
          }
        });
        expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['Error: "lab-run" failed: broken']);
      },
    );

    inBothModes(
      `67: takes an error that a filter of the kind ${kind} makes of the function's for the filter's`,
      async (ask) => {
        const kernel = aKernel(aModel(CALL), {
          run: () => {
            throw new Error('broken');
          },
        });
        kernel.addFilter(kind as 'function', async (_, next) => {
          await next().catch((cause: unknown) => {
            throw new Error('while logging', { cause });
          });
        });
        expect(await rejection(ask(kernel, 'Go'))).to.include({ code: 'filter_failed' });
      },
    );
  }

  inBothModes('67: waits for the siblings that run when a filter fails', async (ask) => {
    const failed = aPromise();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(THREE), { run: async () => (await failed.promise, 'ok') });
    kernel.addFilter('autoFunction', async ({ index }, next) => {
      if (index === 0) {
        failed.resolve();
        throw new Error('bug');
      }
      await next();
    });
    const error = await rejection(ask(kernel, history, { functions: FunctionChoiceBehavior.auto({ concurrency: 2 }) }));
    expect(error).to.include({ code: 'filter_failed' });
    expect(toolTexts(history.messages)).to.deep.equal([ENDED, 'ok', ENDED]);
  });

  inBothModes('67: rejects for a filter that fails around a function that is called inside', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(calls(call('lab-outer'))), {
      outer: (_, scope) => scope.kernel.invoke('lab-inner'),
      inner: () => 'ok',
    });
    kernel.addFilter('function', async (context, next) => {
      if (context.function.name === 'inner') throw new Error('bug');
      await next();
    });
    expect(await rejection(ask(kernel, history))).to.include({ code: 'filter_failed' });
    expect(toolTexts(history.messages)).to.deep.equal([ENDED]);
  });

  inBothModes('67: rejects for a prompt filter that throws, a FunctionError included', async (ask) => {
    for (const bug of [new TypeError('bug'), new FunctionError('nobody to tell')]) {
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(aModel('Hello.'));
      kernel.addFilter('prompt', () => {
        throw bug;
      });
      expect(await rejection(ask(kernel, history)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'filter_failed', cause: bug });
      expect(roles(history.messages)).to.deep.equal(['user']);
    }
  });

  inBothModes('68: ends the run after the call that a filter says is the last', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(THREE), { run: (_, { toolCall }) => `result ${toolCall?.id}` });
    kernel.addFilter('autoFunction', async (context, next) => {
      await next();
      context.terminate = context.index === 0;
    });
    const result = await ask(kernel, history);
    expect(result).to.include({ stopReason: 'terminated', text: 'result 1', attempts: 1 });
    expect(toolTexts(history.messages)).to.deep.equal(['result 1', ENDED, ENDED]);
    expect((await ask(aKernel(aModel('On we go.')), history)).text).to.equal('On we go.');
  });

  inBothModes('68: does not run the function of a filter that ends the run before it', async (ask) => {
    const kernel = aKernel(aModel(CALL), { run: () => expect.fail('must not run') });
    kernel.addFilter('autoFunction', async (context, next) => {
      context.terminate = true;
      context.result = 'stopped';
      await next();
    });
    expect(await ask(kernel, 'Go')).to.include({ stopReason: 'terminated', text: 'stopped' });
  });

  inBothModes('68: rejects with the reason when the call that ends the run was aborted', async (ask) => {
    const controller = new AbortController();
    const kernel = aKernel(aModel(CALL), { run: () => 'ok' });
    kernel.addFilter('autoFunction', async (context, next) => {
      await next();
      context.terminate = true;
      controller.abort('enough');
    });
    expect(await rejection(ask(kernel, new ChatHistory().addUser('Go'), { signal: controller.signal }))).to.equal(
      'enough',
    );
  });

  inBothModes('69: lets the calls that have started finish, and starts no more', async (ask) => {
    const ended = aPromise();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(THREE), {
      run: async (_, { toolCall }) => {
        if (toolCall?.id === '2') await ended.promise;
        return `result ${toolCall?.id}`;
      },
    });
    kernel.addFilter('autoFunction', async (context, next) => {
      await next();
      if (context.index > 0) return;
      context.terminate = true;
      setImmediate(ended.resolve);
    });
    const result = await ask(kernel, history, { functions: FunctionChoiceBehavior.auto({ concurrency: 2 }) });
    expect(result).to.include({ stopReason: 'terminated', text: 'result 1' });
    expect(toolTexts(history.messages)).to.deep.equal(['result 1', 'result 2', ENDED]);
  });

  inBothModes('70: makes no request when a prompt filter has the response', async (ask) => {
    const model = aModel();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model);
    kernel.addFilter('prompt', (context) => {
      context.response = response({ content: 'From the cache.' });
    });
    const result = await ask(kernel, history);
    expect(model.requests).to.deep.equal([]);
    expect(result).to.include({ text: 'From the cache.', stopReason: 'completed' });
    expect(history.messages[1]).to.deep.equal({ role: 'assistant', content: 'From the cache.' });
  });

  it('70: streams the response of a prompt filter as one piece of text', async () => {
    const kernel = aKernel(aModel());
    kernel.addFilter('prompt', (context) => {
      context.response = response({ content: 'From the cache.' });
    });
    const texts: string[] = [];
    for await (const text of kernel.chatStream('Go').text()) texts.push(text);
    expect(texts).to.deep.equal(['From the cache.']);
  });

  inBothModes('70: runs the calls of a response that a prompt filter gives', async (ask) => {
    const model = aModel('Done.');
    const kernel = aKernel(model, { run: () => 'ok' });
    kernel.addFilter('prompt', async (context, next) => {
      if (context.attempt > 1) return next();
      context.response = calls({ ...call('lab.run'), id: '' });
    });
    const result = await ask(kernel, new ChatHistory().addUser('Go'));
    expect(toolTexts(result.messages)).to.deep.equal(['ok']);
    expect(result.text).to.equal('Done.');
  });

  inBothModes('70: rejects a prompt filter that neither asks nor answers', async (ask) => {
    const kernel = aKernel(aModel('Hello.'));
    kernel.addFilter('prompt', () => {});
    expect(await rejection(ask(kernel, 'Go')))
      .to.satisfy(isKernelError)
      .and.include({ code: 'filter_failed' });
  });

  inBothModes(
    '70: sends what a prompt filter makes of messages and settings, and keeps the history as it is',
    async (ask) => {
      const model = aModel('Done.');
      const history = new ChatHistory().addUser('My number is 123');
      const settings = { temperature: 1, stop: ['x'] };
      const kernel = aKernel(model);
      kernel.addFilter('prompt', async (context: PromptContext, next) => {
        // In place, as people do.
        const [first] = context.messages;
        if (first?.role === 'user') first.content = first.content.replace('123', '***');
        context.settings.temperature = 0;
        await next();
      });
      await ask(kernel, history, { settings });
      expect(model.requests[0]).to.deep.equal({
        messages: [{ role: 'user', content: 'My number is ***' }],
        settings: { temperature: 0, stop: ['x'] },
      });
      expect(history.messages[0]).to.deep.equal({ role: 'user', content: 'My number is 123' });
      expect(settings).to.deep.equal({ temperature: 1, stop: ['x'] });
    },
  );

  inBothModes('71: does not call a filter that has been removed', async (ask) => {
    const log: string[] = [];
    const kernel = aKernel(aModel(CALL, CALL, 'Done.'), { run: () => 'ok' });
    const removers: (() => void)[] = [
      kernel.addFilter('function', async (_, next) => (log.push('function'), removers[0]?.(), next())),
      kernel.addFilter('autoFunction', async (_, next) => (log.push('auto'), removers[1]?.(), next())),
      kernel.addFilter('prompt', async (_, next) => (log.push('prompt'), removers[2]?.(), next())),
    ];
    await ask(kernel, 'Go');
    expect(log).to.deep.equal(['prompt', 'auto', 'function']);
  });

  inBothModes('shows an automatic filter the call, its message and its place', async (ask) => {
    const seen: Partial<AutoFunctionContext>[] = [];
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(calls(call('lab-run', { n: 1 }, 'a'), call('lab.run', {}, 'b')), 'Done.'), {
      run: () => 'ok',
    });
    kernel.addFilter('autoFunction', async (context, next) => {
      seen.push({ ...context, signal: new AbortController().signal });
      await next();
    });
    await ask(kernel, history);
    const [first, second] = seen;
    expect(first?.kernel).to.equal(kernel);
    expect(first?.history).to.equal(history);
    expect(first?.message?.toolCalls?.map(({ name }) => name)).to.deep.equal(['lab-run', 'lab-run']);
    expect(first).to.deep.include({ attempt: 1, index: 0, count: 2, terminate: false, arguments: { n: 1 } });
    expect(first?.toolCall).to.deep.equal({ id: 'a', name: 'lab-run', arguments: '{"n":1}' });
    expect(second).to.include({ index: 1 });
  });

  inBothModes('keeps what a filter does to the message of the model from the history', async (ask) => {
    const kernel = aKernel(aModel(THREE, 'Done.'), { run: () => 'ok' });
    kernel.addFilter('autoFunction', async (context, next) => {
      context.message.toolCalls?.pop();
      context.message.content = 'rewritten';
      if (context.toolCall) context.toolCall.id = 'forged';
      await next();
    });
    const result = await ask(kernel, new ChatHistory().addUser('Go'));
    expect(result.messages[0]).to.deep.equal(THREE.message);
    expect(toolTexts(result.messages)).to.deep.equal(['ok', 'ok', 'ok']);
  });

  inBothModes('keeps what filters, functions and consumers do to opaque fields from the history', async (ask) => {
    const signed = (): ChatResponse =>
      calls({ ...call('lab-run'), extra: { extra_content: { google: { thought_signature: 's' } } } });
    const forge = ({ extra }: { extra?: Record<string, unknown> | undefined }): void => {
      Object.assign(extra?.['extra_content'] ?? {}, { google: 'forged' });
    };
    const kernel = aKernel(aModel(signed(), 'Done.', 'Done.'), {
      run: (_, { toolCall }) => toolCall && forge(toolCall),
    });
    kernel.addFilter('autoFunction', async (context, next) => {
      for (const each of [...(context.message.toolCalls ?? []), ...(context.toolCall ? [context.toolCall] : [])])
        forge(each);
      await next();
    });
    kernel.addFilter('prompt', async ({ messages }, next) => {
      for (const message of messages) if (message.role === 'assistant') message.toolCalls?.forEach(forge);
      await next();
    });
    const history = new ChatHistory().addUser('Go');
    await ask(kernel, history);
    await ask(kernel, history.addUser('Again'));
    expect(history.messages[1]).to.deep.equal(signed().message);
  });

  inBothModes('keeps what a prompt filter does to the settings from the options of the run', async (ask) => {
    const settings = { stop: ['END'], extra: { metadata: { user: 'u' } } };
    const model = aModel('Done.', 'Done.');
    const kernel = aKernel(model);
    kernel.addFilter('prompt', async (context, next) => {
      if (Array.isArray(context.settings.stop)) context.settings.stop.push('STOP');
      Object.assign(context.settings.extra?.['metadata'] ?? {}, { user: 'filtered' });
      await next();
    });
    for (const question of ['Go', 'Again']) await ask(kernel, question, { settings });
    expect(settings).to.deep.equal({ stop: ['END'], extra: { metadata: { user: 'u' } } });
    const sent = { stop: ['END', 'STOP'], extra: { metadata: { user: 'filtered' } } };
    expect(model.requests.map((request) => request.settings)).to.deep.equal([sent, sent]);
  });

  it('fails for a filter that forgets to wait, and leaves no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listener);
    const forgetful = (_: unknown, next: () => Promise<void>): void => {
      void next();
    };
    for (const kind of ['function', 'autoFunction', 'prompt'] as const) {
      const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => Promise.reject(new Error('late')) });
      kernel.addFilter(kind as 'function', forgetful);
      const history = new ChatHistory().addUser('Go');
      expect(await rejection(kernel.chat(history))).to.include({
        code: 'filter_failed',
        message: 'A filter failed: it called `next` and did not wait for it: write `await next()`.',
      });
      expect(history.openCalls()).to.deep.equal([]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).to.deep.equal([]);
  });

  it('lets a filter give an answer of its own instead of waiting, and runs nothing for one that is over', async () => {
    let runs = 0;
    const late: Promise<unknown>[] = [];
    const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => new Promise(() => (runs += 1)) });
    kernel.addFilter('function', (context, next) => {
      void next();
      context.result = 'too slow';
    });
    const { messages } = await kernel.chat('Go');
    expect(toolTexts(messages)).to.deep.equal(['too slow']);
    expect(runs).to.equal(1);

    const other = aKernel(aModel(CALL, 'Done.'), { run: () => (runs += 1) });
    other.addFilter('function', (_, next) => {
      setImmediate(() => late.push(rejection(next())));
    });
    await other.chat('Go');
    while (late.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await late[0])
      .to.have.property('message')
      .that.contains('after the filter had returned');
    expect(runs).to.equal(1);
  });

  it('keeps in the record what the function was given, whatever filters made of it', async () => {
    const kernel = aKernel(aModel(calls(call('lab-run', { n: 1 })), 'Done.'), { run: () => 'ok' });
    kernel.addFilter('autoFunction', async (context, next) => {
      context.arguments = { n: 2 };
      await next();
    });
    const [record] = (await kernel.chat('Go')).calls;
    expect(record?.arguments).to.deep.equal({ n: 2 });
    expect(JSON.parse(record?.call.arguments ?? '')).to.deep.equal({ n: 1 });
  });

  it('runs function filters around kernel.invoke, and automatic ones not', async () => {
    const log: string[] = [];
    const kernel = aKernel(aModel(), { run: () => 'ok' });
    kernel.addFilter('function', async (context, next) => {
      await next();
      log.push(`function ${String(context.result)}`);
      context.result = 'changed';
    });
    kernel.addFilter('autoFunction', async (_, next) => (log.push('auto'), next()));
    expect((await kernel.invoke('lab-run')).value).to.equal('changed');
    expect(log).to.deep.equal(['function ok']);
  });

  it('refuses a kind that there is not', () => {
    const add = Reflect.get(new Kernel(), 'addFilter') as (kind: string, filter: () => void) => void;
    expect(() => add.call(new Kernel(), 'nope', () => {}))
      .to.throw()
      .with.property('code', 'invalid_options');
  });

  inBothModes('71: keeps the others when one of several filters is removed', async (ask) => {
    const log: string[] = [];
    const noted =
      (name: string) =>
      async (_: unknown, next: () => Promise<void>): Promise<void> => {
        log.push(name);
        await next();
      };
    const kernel = aKernel(aModel(CALL, 'Done.'), { run: () => 'ok' });
    for (const kind of ['function', 'autoFunction', 'prompt'] as const) {
      const [removeFirst] = [1, 2].map((place) => kernel.addFilter(kind as 'function', noted(`${kind} ${place}`)));
      removeFirst?.();
    }
    await ask(kernel, 'Go');
    expect(log).to.deep.equal(['prompt 2', 'autoFunction 2', 'function 2', 'prompt 2']);
  });

  it('streams the text once when a prompt filter asks the model', async () => {
    const kernel = aKernel(aModel('It is 42.'));
    kernel.addFilter('prompt', (_, next) => next());
    const texts: string[] = [];
    for await (const text of kernel.chatStream('Go').text()) texts.push(text);
    expect(texts.join('')).to.equal('It is 42.');
  });

  it('streams no text for a response of a prompt filter that has none', async () => {
    const kernel = aKernel(aModel('Done.'), { run: () => 'ok' });
    kernel.addFilter('prompt', async (context, next) => {
      if (context.attempt > 1) return next();
      context.response = CALL;
    });
    const texts: string[] = [];
    for await (const text of kernel.chatStream('Go').text()) texts.push(text);
    expect(texts).to.not.include(null);
    expect(texts.join('')).to.equal('Done.');
  });

  for (const kind of ['function', 'autoFunction', 'prompt'] as const) {
    inBothModes(`lets a filter of the kind ${kind} ask the model down to a depth of eight`, async (ask) => {
      let entered = 0;
      const kernel = aKernel(
        aService(() => CALL),
        { run: () => 'ok' },
      );
      kernel.addFilter(kind as 'function', async () => {
        entered += 1;
        // So that the test ends, whatever the kernel does.
        if (entered < 20) await kernel.chat('Deeper');
      });
      const error = await rejection(ask(kernel, 'Go'));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'filter_failed' });
      expect(entered).to.equal(8);
    });
  }
});
