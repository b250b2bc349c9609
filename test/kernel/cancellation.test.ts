import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior, Kernel, isKernelError } from '../../src/index.js';
import type { ChatDelta, ChatService, InvocationScope } from '../../src/index.js';
import { aKernel, aPromise, roles, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, aStreamingService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { collectWarnings } from '../helpers/warnings.js';

const CALL = calls(call('lab-run'));
const THREE = calls(call('lab-run', {}, '1'), call('lab-run', {}, '2'), call('lab-run', {}, '3'));
const CANCELLED = 'Error: cancelled by the caller before it finished.';

describe('Kernel: cancellation, service and history', () => {
  inBothModes('72: rejects at once with the reason of a signal that has aborted', async (ask) => {
    const model = aModel('Hello.');
    const history = new ChatHistory().addUser('Go');
    const reason = new Error('too late');
    expect(await rejection(ask(aKernel(model), history, { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    expect(model.requests).to.deep.equal([]);
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  inBothModes('gives requests signals that a client may leave listeners on: they do not pile up', async (ask) => {
    const warnings = collectWarnings('MaxListenersExceededWarning');
    const lasting = new AbortController();
    let most = 0;
    const service = aService((_, signal, place) => {
      signal.addEventListener('abort', () => {});
      most = Math.max(most, getEventListeners(signal, 'abort').length);
      return place <= 40 ? CALL : response({ content: 'Done.' });
    });
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 50 });
    const kernel = aKernel(service, { run: () => 'ran' });
    const { attempts } = await ask(kernel, 'Go', { functions, signal: lasting.signal });
    expect(attempts).to.equal(41);
    expect(most).to.be.below(20);
    expect(await warnings.take()).to.deep.equal([]);
    expect(getEventListeners(lasting.signal, 'abort')).to.deep.equal([]);
  });

  for (const options of [{}, { leaf: true }, { exclusive: true }, { timeoutMs: 60_000 }]) {
    inBothModes(`tells no function of an abort after its end (${JSON.stringify(options)})`, async (ask) => {
      const aborts = new AbortController();
      const scopes: InvocationScope[] = [];
      const heard: string[] = [];
      const kernel = aKernel(
        aService((_, __, place) => {
          if (place === 1) return calls(call('lab-early'), call('lab-late', {}, '2'));
          aborts.abort('the reason');
          return response({ content: 'Done.' });
        }),
        {
          early: [options, (_, scope) => void scope.signal.addEventListener('abort', () => heard.push('early'))],
          late: [options, (_, scope) => void scopes.push(scope)],
        },
      );
      expect(await rejection(ask(kernel, 'Go', { signal: aborts.signal }))).to.equal('the reason');
      expect(heard).to.deep.equal([]);
      expect(scopes.map(({ signal }) => signal.aborted)).to.deep.equal([false]);
    });
  }

  inBothModes('73: rejects when it is aborted during a request, and keeps the rounds before', async (ask) => {
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    let told: unknown;
    const service = aService((_, signal, place) => {
      if (place === 1) return CALL;
      setImmediate(() => controller.abort());
      // A service that does not look at its signal.
      return new Promise(() => signal.addEventListener('abort', () => (told = signal.reason)));
    });
    const error = await rejection(ask(aKernel(service, { run: () => 'ok' }), history, { signal: controller.signal }));
    expect(error).to.equal(controller.signal.reason).and.include({ name: 'AbortError' });
    expect(told).to.equal(error);
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant', 'tool']);
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  inBothModes('74: answers every call when it is aborted during the second of three', async (ask) => {
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    let signal: AbortSignal | undefined;
    const kernel = aKernel(aModel(THREE), {
      run: (_, scope) => {
        if (scope.toolCall?.id !== '2') return 'ok';
        signal = scope.signal;
        setImmediate(() => controller.abort());
        return new Promise(() => {});
      },
    });
    const error = await rejection(ask(kernel, history, { signal: controller.signal }));
    expect(error).to.equal(controller.signal.reason);
    expect(signal?.reason).to.equal(error);
    expect(toolTexts(history.messages)).to.deep.equal(['ok', CANCELLED, CANCELLED]);
    expect((await ask(aKernel(aModel('On we go.')), history)).text).to.equal('On we go.');
  });

  inBothModes('74: answers every call when those that run at once are aborted', async (ask) => {
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(THREE), {
      run: (_, { toolCall, signal }) => {
        if (toolCall?.id === '1') return 'ok';
        setImmediate(() => controller.abort());
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    const functions = FunctionChoiceBehavior.auto({ concurrency: 2 });
    expect(await rejection(ask(kernel, history, { signal: controller.signal, functions }))).to.equal(
      controller.signal.reason,
    );
    expect(toolTexts(history.messages)).to.deep.equal(['ok', CANCELLED, CANCELLED]);
  });

  for (const kind of ['function', 'autoFunction'] as const) {
    inBothModes(`74: does not wait for a filter of the kind ${kind} that ignores the signal`, async (ask) => {
      const controller = new AbortController();
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(aModel(CALL), { run: () => 'ok' });
      // As one does that asks a human.
      kernel.addFilter(kind as 'function', () => (setImmediate(() => controller.abort()), new Promise(() => {})));
      expect(await rejection(ask(kernel, history, { signal: controller.signal }))).to.equal(controller.signal.reason);
      expect(toolTexts(history.messages)).to.deep.equal([CANCELLED]);
    });
  }

  inBothModes('73: does not wait for a prompt filter that ignores the signal', async (ask) => {
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel('Hello.'));
    kernel.addFilter('prompt', () => (setImmediate(() => controller.abort()), new Promise(() => {})));
    expect(await rejection(ask(kernel, history, { signal: controller.signal }))).to.equal(controller.signal.reason);
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  inBothModes('73: makes no request after an abort in a prompt filter', async (ask) => {
    const controller = new AbortController();
    const service = aService(() => response({ content: 'Hello.' }));
    const kernel = aKernel(service);
    kernel.addFilter('prompt', async (_, next) => (controller.abort(), next()));
    expect(await rejection(ask(kernel, 'Go', { signal: controller.signal }))).to.equal(controller.signal.reason);
    expect(service.requests).to.deep.equal([]);
  });

  for (const reason of [{ code: 42 }, 'a string', null]) {
    inBothModes(`75: rejects with ${JSON.stringify(reason)} itself`, async (ask) => {
      const controller = new AbortController();
      const kernel = aKernel(aModel(CALL), { run: () => controller.abort(reason) });
      expect(await rejection(ask(kernel, 'Go', { signal: controller.signal }))).to.equal(reason);
    });
  }

  inBothModes('76: rejects with a TimeoutError when the run takes too long, and closes the history', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(THREE), {
      run: (_, { toolCall }) => (toolCall?.id === '1' ? 'ok' : new Promise(() => {})),
    });
    const error = await rejection(ask(kernel, history, { timeoutMs: 15 }));
    expect(error).to.be.instanceOf(DOMException).and.include({ name: 'TimeoutError' });
    expect(toolTexts(history.messages)).to.deep.equal(['ok', CANCELLED, CANCELLED]);
  });

  inBothModes('76: rejects with a TimeoutError when a request takes too long', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const error = await rejection(ask(aKernel(aService(() => new Promise(() => {}))), history, { timeoutMs: 15 }));
    expect(error).to.be.instanceOf(DOMException).and.include({ name: 'TimeoutError' });
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  for (const outcome of ['fulfils', 'rejects'] as const) {
    inBothModes(`77: drops what becomes of a function that ignores the signal and ${outcome} later`, async (ask) => {
      const unhandled: unknown[] = [];
      const listener = (reason: unknown): void => {
        unhandled.push(reason);
      };
      process.on('unhandledRejection', listener);
      const late = aPromise<string>();
      const controller = new AbortController();
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(aModel(CALL), { run: () => (setImmediate(() => controller.abort()), late.promise) });
      await rejection(ask(kernel, history, { signal: controller.signal }));
      const before = structuredClone(history.toJSON());
      if (outcome === 'fulfils') late.resolve('late');
      else late.reject(new Error('late'));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', listener);
      expect(history.toJSON()).to.deep.equal(before);
      expect(unhandled).to.deep.equal([]);
    });
  }

  inBothModes('78: rejects for a service that fails, with the cause and its status', async (ask) => {
    const cause = Object.assign(new Error('500 Internal'), { status: 500 });
    const history = new ChatHistory().addUser('Go');
    const service = aService((_, _signal, place) => (place === 1 ? CALL : Promise.reject(cause)));
    const error = await rejection(ask(aKernel(service, { run: () => 'ok' }), history));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'service_failed', cause });
    expect(error).to.have.property('message', 'The chat service "by-hand" failed: 500 Internal');
    expect(error).to.have.deep.property('data', { status: 500 });
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant', 'tool']);
  });

  inBothModes('78: rejects for a service that throws at once', async (ask) => {
    const service: ChatService = {
      modelId: 'm',
      complete: () => {
        throw new TypeError('bug');
      },
      stream: () => {
        throw new TypeError('bug');
      },
    };
    expect(await rejection(ask(aKernel(service), 'Go'))).to.include({ code: 'service_failed' });
  });

  for (const [what, answer] of [
    ['nothing', undefined],
    ['null', null],
    ['text', 'Hello.'],
    ['no message', { finishReason: 'stop' }],
    ['a message that is text', { message: 'Hello.', finishReason: 'stop' }],
    [
      'calls that are no list',
      { message: { role: 'assistant', content: 'x', toolCalls: 'lab-run' }, finishReason: 'stop' },
    ],
    ['a call that is null', { message: { role: 'assistant', content: 'x', toolCalls: [null] }, finishReason: 'stop' }],
    [
      'a call that is text',
      { message: { role: 'assistant', content: 'x', toolCalls: ['lab-run'] }, finishReason: 'stop' },
    ],
  ] as const) {
    inBothModes(`31: rejects a service that answers with ${what}`, async (ask) => {
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(
        aService(() => answer),
        { run: () => 'ok' },
      );
      expect(await rejection(ask(kernel, history)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_response' });
      expect(roles(history.messages)).to.deep.equal(['user']);
    });

    inBothModes(`31: rejects a prompt filter that answers with ${what}`, async (ask) => {
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(aModel('Hello.'), { run: () => 'ok' });
      kernel.addFilter('prompt', async (context, next) => {
        await next();
        context.response = answer as never;
      });
      expect(await rejection(ask(kernel, history))).to.satisfy(isKernelError);
      expect(roles(history.messages)).to.deep.equal(['user']);
    });
  }

  for (const [what, odd, text] of [
    ['a name that is a number', { id: 'a', name: 7, arguments: '{}' }, 'Error: there is no function named ""'],
    ['arguments that are an object', { id: 'a', name: 'lab-run', arguments: { n: 1 } }, 'ran {"n":1}'],
    ['arguments that cannot be JSON', { id: 'a', name: 'lab-run', arguments: { n: 1n } }, 'ran {}'],
    ['arguments that are a function', { id: 'a', name: 'lab-run', arguments: () => 1 }, 'ran {}'],
  ] as const) {
    it(`22: makes the best of a call with ${what}`, async () => {
      const service: ChatService = {
        modelId: 'odd',
        complete: async ({ messages }) =>
          messages.length === 1 ? calls(odd as never) : response({ content: 'Done.' }),
      };
      const history = new ChatHistory().addUser('Go');
      const result = await aKernel(service, { run: (input) => `ran ${JSON.stringify(input)}` }).chat(history);
      expect(toolTexts(history.messages)[0]).to.contain(text);
      expect(result.text).to.equal('Done.');
      expect(ChatHistory.from(JSON.parse(JSON.stringify(history))).messages).to.deep.equal(history.messages);
    });
  }

  it('79: rejects with the text so far when a stream breaks, and appends nothing of it', async () => {
    const cause = new Error('socket hang up');
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(
      aStreamingService(async function* () {
        yield { type: 'text', text: 'Once ' };
        yield { type: 'text', text: 'upon' };
        throw cause;
      }),
    );
    const stream = kernel.chatStream(history);
    const texts: string[] = [];
    const error = await rejection(
      (async () => {
        for await (const text of stream.text()) texts.push(text);
      })(),
    );
    expect(texts).to.deep.equal(['Once ', 'upon']);
    expect(error).to.satisfy(isKernelError).and.include({ code: 'service_failed', cause });
    expect(error).to.have.deep.property('data', { partialText: 'Once upon' });
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  it('80: rejects when a stream ends before its answer does', async () => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(
      aStreamingService(async function* () {
        yield { type: 'text', text: 'Once' };
      }),
    );
    const error = await rejection(kernel.chatStream(history).result);
    expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_response' });
    expect(error).to.have.deep.property('data', { partialText: 'Once' });
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  it('81: rejects with the reason when a stream ends quietly on an abort', async () => {
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(
      aStreamingService(async function* () {
        yield { type: 'text', text: 'Half' };
        controller.abort();
        yield { type: 'end', response: response({ content: 'Half' }) };
      }),
    );
    expect(await rejection(kernel.chatStream(history, { signal: controller.signal }).result)).to.equal(
      controller.signal.reason,
    );
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  it('81: lets go of a stream that goes on after the abort', async () => {
    const controller = new AbortController();
    const more = aPromise();
    const closed = aPromise();
    const kernel = aKernel(
      aStreamingService(async function* (): AsyncGenerator<ChatDelta> {
        try {
          yield { type: 'text', text: 'Half' };
          controller.abort();
          await more.promise;
          for (;;) yield { type: 'text', text: 'on and on' };
        } finally {
          closed.resolve();
        }
      }),
    );
    await rejection(kernel.chatStream('Go', { signal: controller.signal }).result);
    more.resolve();
    await closed.promise;
  });

  inBothModes('84: rejects a history with calls that have no answer', async (ask) => {
    const model = aModel('Hello.');
    const history = new ChatHistory([
      { role: 'user', content: 'Go' },
      calls(call('lab-run', {}, 'x'), call('lab-run', {}, 'y')).message,
    ]);
    history.add({ role: 'tool', toolCallId: 'x', name: 'lab-run', content: 'ok' });
    const error = await rejection(ask(aKernel(model), history));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_history' });
    expect(error)
      .to.have.property('message')
      .that.contains('"y"')
      .and.contains('closeOpenCalls()')
      .and.does.not.contain('"x"');
    expect(model.requests).to.deep.equal([]);
    history.closeOpenCalls();
    expect((await ask(aKernel(model), history)).text).to.equal('Hello.');
  });

  for (const [what, toolCallId] of [
    ['an orphan', 'other'],
    ['a second answer', 'x'],
  ]) {
    inBothModes(`85: rejects a history with ${what}`, async (ask) => {
      const history = new ChatHistory([
        { role: 'user', content: 'Go' },
        calls(call('lab-run', {}, 'x')).message,
        { role: 'tool', toolCallId: 'x', name: 'lab-run', content: 'ok' },
        { role: 'tool', toolCallId: toolCallId ?? '', name: 'lab-run', content: 'ok' },
      ]);
      expect(await rejection(ask(aKernel(aModel('Hello.')), history)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_history' });
    });
  }

  inBothModes('86: rejects a history that another run has in use, until that ends', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const held = aPromise();
    const entered = aPromise();
    const busy = aKernel(aModel(CALL), { run: async () => (entered.resolve(), held.promise) });
    const first = rejection(ask(busy, history));
    await entered.promise;
    const other = aKernel(aModel('Hello.'));
    expect(await rejection(other.chat(history)))
      .to.satisfy(isKernelError)
      .and.include({ code: 'invalid_history' });
    expect(await rejection(other.chatStream(history).result)).to.include({ code: 'invalid_history' });
    held.reject(Object.assign(new Error('broken'), { fatal: true }));
    expect(await first).to.include({ code: 'function_failed' });
    expect((await ask(other, history)).text).to.equal('Hello.');
  });

  inBothModes('87: gives the messages of a question back', async (ask) => {
    const result = await ask(aKernel(aModel('Hello.')), 'Hi');
    expect(result.messages).to.deep.equal([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
    ]);
  });

  for (const [what, input] of [
    ['an empty string', ''],
    ['white space', ' \n'],
    ['an empty history', new ChatHistory()],
    ['a list of messages', [{ role: 'user', content: 'Go' }] as unknown as ChatHistory],
  ] as const) {
    inBothModes(`88: rejects ${what}`, async (ask) => {
      const model = aModel('Hello.');
      expect(await rejection(ask(aKernel(model), input)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_options' });
      expect(model.requests).to.deep.equal([]);
    });
  }

  inBothModes('89: sends the same after a history went through JSON, byte for byte', async (ask) => {
    const odd = { ...call('lab-run', '{"broken'), extra: { extra_content: { google: { thought_signature: 'abc' } } } };
    const turns = [
      response(
        {
          content: 'Let me see.',
          toolCalls: [odd, call('Z.q', {}, 'b'), call('lab-run', { n: 1 }, 'c')],
          extra: { reasoning_content: 'hm' },
        },
        'tool_calls',
      ),
      response({ content: 'Done.', extra: { reasoning_content: 'ah' } }),
    ];
    const history = new ChatHistory().addSystem('Be brief.').addUser('Go');
    await ask(
      aKernel(aModel(...turns), {
        run: () => {
          throw new Error('broken');
        },
      }),
      history,
    );
    const restored = ChatHistory.from(JSON.parse(JSON.stringify(history)));
    expect(restored.messages).to.deep.equal(history.messages);
    expect(restored.messages[2]).to.have.nested.property(
      'toolCalls[0].extra.extra_content.google.thought_signature',
      'abc',
    );
    expect(restored.messages[3]).to.include({ isError: true });
    const next = [history, restored].map(async (each) => {
      const model = aModel('Bye.');
      await ask(aKernel(model, { run: () => '' }), each.addUser('And now?'));
      return JSON.stringify(model.requests[0]);
    });
    const [original, again] = await Promise.all(next);
    expect(again).to.equal(original);
  });

  inBothModes('90: rejects the id of a service that there is not', async (ask) => {
    const kernel = aKernel(aModel('Hello.'));
    const error = await rejection(ask(kernel, 'Go', { service: 'nope' }));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'service_not_found' });
    expect(error).to.have.property('message').that.contains('"scripted"');
    expect(await rejection(ask(new Kernel(), 'Go'))).to.include({ code: 'service_not_found' });
  });

  inBothModes('90: asks the service that a run names, or is given', async (ask) => {
    const [first, second, third] = [aModel('1'), aModel('2'), aModel('3')];
    const kernel = new Kernel({ services: first }).addService(second, 'second');
    expect((await ask(kernel, 'Go')).text).to.equal('1');
    expect((await ask(kernel, 'Go', { service: 'second' })).text).to.equal('2');
    expect((await ask(kernel, 'Go', { service: third })).text).to.equal('3');
  });

  inBothModes('leaves no listener on a signal that outlives the run', async (ask) => {
    const { signal } = new AbortController();
    const kernel = aKernel(aModel(THREE, 'Done.'), { run: [{ timeoutMs: 60_000, exclusive: true }, () => 'ok'] });
    const functions = FunctionChoiceBehavior.auto({ concurrency: 3 });
    await ask(kernel, 'Go', { signal, functions, timeoutMs: 60_000 });
    await kernel.invoke('lab-run', {}, { signal });
    await kernel.invokeToolCall(call('lab-run'), { signal });
    await rejection(ask(kernel, 'Go', { signal }));
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });
});
