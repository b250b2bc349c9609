import { expect } from 'chai';
import {
  ChatHistory,
  FunctionChoiceBehavior,
  FunctionError,
  Kernel,
  defineFunction,
  definePlugin,
  isKernelError,
} from '../../src/index.js';
import type { ChatService, InvocationScope, StandardSchema } from '../../src/index.js';
import { aKernel, aPromise, addLab, closed, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';

const FOUR_AT_ONCE = FunctionChoiceBehavior.auto({ concurrency: 4 });

describe('Kernel: the functions that a model calls', () => {
  inBothModes('34: tells the model the message of an error, and the record the whole of it', async (ask) => {
    const thrown = new Error('disk full');
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => {
          throw thrown;
        },
      }),
      'Go',
    );
    expect(toolTexts(result.messages)).to.deep.equal(['Error: "lab-run" failed: disk full']);
    const [record] = result.calls;
    expect(record?.error).to.satisfy(isKernelError).and.include({ code: 'function_failed', cause: thrown });
    expect(record?.result).to.include({ isError: true });
    expect(record).not.to.have.property('value');
  });

  inBothModes('34: cuts a message after 1000 characters', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => {
          throw new Error('e'.repeat(5000));
        },
      }),
      'Go',
    );
    expect(toolTexts(result.messages)).to.deep.equal([`Error: "lab-run" failed: ${'e'.repeat(1000)}`]);
  });

  inBothModes('34: cuts no character in two', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => {
          throw new Error(`${'e'.repeat(999)}😀`);
        },
      }),
      'Go',
    );
    expect(toolTexts(result.messages)).to.deep.equal([`Error: "lab-run" failed: ${'e'.repeat(999)}`]);
  });

  inBothModes('34: keeps the message to itself with errorDetail "none"', async (ask) => {
    const kernel = new Kernel({ services: aModel(calls(call('lab-run')), 'Done.'), errorDetail: 'none' });
    addLab(kernel, {
      run: () => {
        throw new Error('disk full');
      },
    });
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['Error: "lab-run" failed.']);
  });

  const hostile = {
    get modelMessage(): string {
      throw new Error('getter');
    },
    get fatal(): boolean {
      throw new Error('getter');
    },
  };
  for (const [what, thrown, text] of [
    ['a string', 'no luck', 'Error: "lab-run" failed: no luck'],
    ['undefined', undefined, 'Error: "lab-run" failed: undefined'],
    ['null', null, 'Error: "lab-run" failed: null'],
    ['a symbol', Symbol('s'), 'Error: "lab-run" failed: Symbol(s)'],
    ['an object without a prototype', Object.create(null), 'Error: "lab-run" failed: an error that cannot be shown'],
    ['an object whose getters throw', hostile, 'Error: "lab-run" failed: [object Object]'],
    ['an error whose message cannot be read', unreadable(), 'Error: "lab-run" failed: an error that cannot be shown'],
  ] as const) {
    inBothModes(`35: survives a function that throws ${what}`, async (ask) => {
      const model = aModel(calls(call('lab-run'), call('lab-other', {}, 'b')), 'Done.');
      const kernel = aKernel(model, {
        run: () => {
          throw thrown;
        },
        other: () => 'ok',
      });
      const result = await ask(kernel, new ChatHistory().addUser('Go'));
      expect(toolTexts(result.messages)).to.deep.equal([text, 'ok']);
      expect(result.stopReason).to.equal('completed');
    });
  }

  inBothModes('36: tells the model what a FunctionError says', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const kernel = new Kernel({ services: model, errorDetail: 'none' });
    addLab(kernel, {
      run: () => {
        throw new FunctionError('the city is not known');
      },
    });
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['Error: the city is not known']);
  });

  inBothModes('37: ends a function that exceeds its time, even if it never settles', async (ask) => {
    let reason: unknown;
    const model = aModel(calls(call('lab-run')), 'Done.');
    const kernel = aKernel(model, {
      run: [
        { timeoutMs: 10 },
        (_, { signal }) => {
          signal.addEventListener('abort', () => (reason = signal.reason));
          return new Promise(() => {});
        },
      ],
    });
    const result = await ask(kernel, 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: "lab-run" did not finish within 10 ms and was cancelled.',
    ]);
    expect(reason).to.be.instanceOf(DOMException).and.include({ name: 'TimeoutError' });
    expect(result.calls[0]?.error).to.include({ code: 'function_timeout' });
    expect(result).to.include({ stopReason: 'completed', text: 'Done.' });
  });

  inBothModes('37: tells a time-out of a function that is called inside from its own', async (ask) => {
    const model = aModel(calls(call('lab-outer')), 'Done.');
    const kernel = aKernel(model, {
      outer: [{ timeoutMs: 60_000 }, (_, scope) => scope.kernel.invoke('lab-inner')],
      inner: [{ timeoutMs: 10 }, () => new Promise(() => {})],
    });
    const result = await ask(kernel, 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: "lab-outer" failed: Function "lab-inner" did not finish within 10 ms and was cancelled; raise its `timeoutMs`.',
    ]);
    expect(result.calls[0]?.error).to.include({ code: 'function_failed' });
  });

  inBothModes('38: takes an AbortError of the function itself for an ordinary failure', async (ask) => {
    const thrown = new DOMException('gave up', 'AbortError');
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => {
          throw thrown;
        },
      }),
      'Go',
    );
    expect(toolTexts(result.messages)).to.deep.equal(['Error: "lab-run" failed: gave up']);
  });

  for (const value of [undefined, null, '']) {
    inBothModes(
      `39: tells the model of ${value === '' ? "''" : String(value)} that there is no output`,
      async (ask) => {
        const result = await ask(aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => value }), 'Go');
        expect(toolTexts(result.messages)).to.deep.equal(['(no output)']);
        expect(result.calls[0]?.error).to.equal(undefined);
      },
    );
  }

  for (const [value, text] of [
    [0, '0'],
    [false, 'false'],
    [Number.NaN, 'NaN'],
    [0n, '0'],
  ] as const) {
    inBothModes(`40: tells the model of ${String(value)} as it is`, async (ask) => {
      const result = await ask(aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => value }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([text]);
      expect(result.calls[0]?.value).to.deep.equal(value);
    });
  }

  for (const [what, value, text] of [
    ['an object', { a: 1, b: [2n] }, '{"a":1,"b":["2"]}'],
    ['an array', [1, 'x', null], '[1,"x",null]'],
    ['a BigInt', 12345678901234567890n, '12345678901234567890'],
    ['a Map', new Map([['a', new Set([1])]]), '[["a",[1]]]'],
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [
      'binary',
      { png: new Uint8Array(3), raw: new ArrayBuffer(2) },
      '{"png":"[binary 3 bytes]","raw":"[binary 2 bytes]"}',
    ],
    ['an object with toModelString()', { toModelString: () => 'as I say' }, 'as I say'],
  ] as const) {
    inBothModes(`41: tells the model of ${what} as JSON, or as it says`, async (ask) => {
      const result = await ask(aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => value }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([text]);
      expect(result.calls[0]?.value).to.equal(value);
    });
  }

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  for (const [what, value] of [
    ['a circular value', circular],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    [
      'a throwing getter',
      {
        get toModelString(): string {
          throw new Error('getter');
        },
      },
    ],
  ] as const) {
    inBothModes(`42: answers ${what} with an error`, async (ask) => {
      const result = await ask(aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => value }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([
        'Error: "lab-run" returned a value that cannot be converted to text.',
      ]);
      expect(result.calls[0]?.result).to.include({ isError: true });
      expect(result.calls[0]?.value).to.equal(value);
    });
  }

  inBothModes('43: cuts the middle out of a megabyte of text, and keeps the value whole', async (ask) => {
    const text = `${'a'.repeat(500_000)}${'b'.repeat(500_000)}`;
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(aKernel(model, { run: [{ maxResultChars: 10 }, () => text] }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal(['aaaaa\n[… 999990 characters removed …]\nbbbbb']);
    expect(result.calls[0]?.value).to.equal(text);
  });

  inBothModes('43: gives the model 50 000 characters where nothing else is said', async (ask) => {
    const result = await ask(aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => 'x'.repeat(50_001) }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      `${'x'.repeat(25_000)}\n[… 1 characters removed …]\n${'x'.repeat(25_000)}`,
    ]);
  });

  inBothModes('44: collects an async iterable', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const kernel = aKernel(model, {
      run: async function* () {
        yield 1;
        yield { two: 2 };
      },
    });
    const result = await ask(kernel, 'Go');
    expect(toolTexts(result.messages)).to.deep.equal(['[1,{"two":2}]']);
    expect(result.calls[0]?.value).to.deep.equal([1, { two: 2 }]);
  });

  inBothModes('44: waits for what can be waited for, even if it can be iterated too', async (ask) => {
    const command = Object.assign(Promise.resolve('the result'), {
      async *[Symbol.asyncIterator]() {
        yield 'a line';
      },
    });
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(aKernel(model, { run: () => command }), 'Go');
    expect(result.calls[0]?.value).to.equal('the result');
  });

  inBothModes('44: waits for a thenable of another make, within its time', async (ask) => {
    const never = new Proxy({}, { get: (_, name) => (name === 'then' ? () => undefined : undefined) });
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(aKernel(model, { run: [{ timeoutMs: 5 }, () => never] }), 'Go');
    expect(result.calls[0]?.error).to.include({ code: 'function_timeout' });
  });

  inBothModes('45: takes what a synchronous method throws or returns like any other', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const kernel = new Kernel({ services: model });
    kernel.addPlugin(positionalPlugin({}, () => 'at once'));
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['at once']);
  });

  inBothModes(
    '46: keeps what a function does to its arguments from the history, the record and its siblings',
    async (ask) => {
      const seen: unknown[] = [];
      const args = { own: { list: [1] } };
      const model = aModel(calls(call('lab-run', args), call('lab-run', args, 'b')), 'Done.');
      const instance = positionalPlugin({ own: { type: 'object', default: { list: [1] } } }, (own) => {
        seen.push(structuredClone(own));
        (own as { list: number[] }).list.push(2);
      });
      const kernel = new Kernel({ services: model });
      kernel.addPlugin(instance);
      const result = await ask(kernel, 'Go');
      expect(seen).to.deep.equal([{ list: [1] }, { list: [1] }]);
      expect(result.calls.map((record) => record.arguments)).to.deep.equal([args, args]);
      expect(result.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{"own":{"list":[1]}}');
      await kernel.invoke('lab-run');
      await kernel.invoke('lab-run');
      expect(seen.slice(2)).to.deep.equal([{ list: [1] }, { list: [1] }]);
    },
  );

  inBothModes("46: keeps what a function does to the model's call from the history", async (ask) => {
    const model = aModel(calls(call('lab-run', { a: 1 })), 'Done.');
    const kernel = aKernel(model, {
      run: (_, { toolCall }) => {
        if (toolCall) Object.assign(toolCall, { id: 'other', name: 'x', arguments: 'y' });
      },
    });
    const result = await ask(kernel, new ChatHistory().addUser('Go'));
    expect(result.messages[0]).to.have.deep.property('toolCalls', [
      { id: 'call_1', name: 'lab-run', arguments: '{"a":1}' },
    ]);
    expect(result.messages[1]).to.include({ toolCallId: 'call_1', name: 'lab-run' });
  });

  inBothModes('47: offers what a function added from the next round on', async (ask) => {
    const model = aModel(calls(call('lab-run')), calls(call('more-late')), 'Done.');
    const kernel = aKernel(model, { run: () => addLab(kernel, { late: () => 'late' }, 'more') });
    const result = await ask(kernel, 'Go');
    expect(model.requests.map((request) => request.tools?.map((tool) => tool.name))).to.deep.equal([
      ['lab-run'],
      ['lab-run', 'more-late'],
      ['lab-run', 'more-late'],
    ]);
    expect(toolTexts(result.messages)).to.deep.equal(['(no output)', 'late']);
  });

  inBothModes('47: goes on without functions when a function took the last one away', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const kernel = aKernel(model, { run: () => kernel.removePlugin('lab') });
    const result = await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.required() });
    expect(result.text).to.equal('Done.');
    expect(model.requests[1]).to.have.all.keys('messages');
  });

  inBothModes('48: lets functions ask the model down to a depth of eight', async (ask) => {
    let deepest = 0;
    const service: ChatService = aService(({ messages }) =>
      messages.some((message) => message.role === 'tool') ? response({ content: 'Done.' }) : calls(call('lab-dig')),
    );
    const levels: string[] = [];
    const kernel = aKernel(service, {
      dig: async () => {
        deepest += 1;
        const inner = await kernel.chat('Deeper');
        levels.unshift(...toolTexts(inner.messages));
        return 'dug';
      },
    });
    const result = await ask(kernel, 'Go');
    expect(deepest).to.equal(8);
    expect(levels.at(-1)).to.equal(
      'Error: "lab-dig" failed: Runs of chat() inside functions are nested more than 8 deep.',
    );
    expect(levels.slice(0, -1).concat(toolTexts(result.messages))).to.deep.equal(
      Array.from({ length: 7 }, () => 'dug'),
    );
  });

  inBothModes('49: keeps the order of the calls when the first is the slower of two that run at once', async (ask) => {
    const second = aPromise();
    const model = aModel(calls(call('lab-slow', {}, 'a'), call('lab-fast', {}, 'b')), 'Done.');
    const kernel = aKernel(model, {
      slow: async () => (await second.promise, 'slow'),
      fast: () => (second.resolve(), 'fast'),
    });
    const result = await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    expect(toolTexts(result.messages)).to.deep.equal(['slow', 'fast']);
    expect(result.calls.map((record) => record.call.id)).to.deep.equal(['a', 'b']);
  });

  inBothModes('49: runs one call at a time where nothing else is said', async (ask) => {
    const log: string[] = [];
    const model = aModel(calls(call('lab-run', {}, 'a'), call('lab-run', {}, 'b')), 'Done.');
    const kernel = aKernel(model, {
      run: async (_, { toolCall }) => {
        log.push(`${toolCall?.id} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${toolCall?.id} ends`);
      },
    });
    await ask(kernel, 'Go');
    expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  inBothModes('50: runs two exclusive calls of one plugin one after the other', async (ask) => {
    const log: string[] = [];
    const model = aModel(calls(call('lab-a', {}, '1'), call('lab-b', {}, '2'), call('lab-a', {}, '3')), 'Done.');
    const body = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
    };
    const kernel = aKernel(model, { a: [{ exclusive: true }, body('a')], b: [{ exclusive: true }, body('b')] });
    await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'a begins', 'a ends']);
  });

  inBothModes('50a: queues two runs of one instance, however many kernels have it', async (ask) => {
    const first = aPromise();
    const entered = aPromise();
    const log: string[] = [];
    const instance = positionalPlugin(
      { n: { type: 'string' } },
      async (n) => {
        log.push(`${String(n)} begins`);
        entered.resolve();
        if (n === 'one') await first.promise;
        log.push(`${String(n)} ends`);
      },
      { exclusive: true, timeoutMs: 60_000 },
    );
    const kernels = ['one', 'two'].map((n) => {
      const kernel = new Kernel({ services: aModel(calls(call('lab-run', { n })), 'Done.') });
      kernel.addPlugin(instance);
      return kernel;
    });
    const runs = kernels.map((kernel) => ask(kernel, 'Go'));
    await entered.promise;
    expect(log).to.deep.equal(['one begins']);
    first.resolve();
    await Promise.all(runs);
    expect(log).to.deep.equal(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('50a: does not count the wait for its turn towards the time-out, and can be aborted in it', async () => {
    const held = aPromise();
    const entered = aPromise();
    const body = async (_: unknown, scope: unknown): Promise<string> => {
      if ((scope as InvocationScope).arguments['n'] !== 'holder') return 'ran';
      entered.resolve();
      await held.promise;
      return 'held';
    };
    const kernel = new Kernel();
    kernel.addPlugin(positionalPlugin({ n: { type: 'string' } }, body, { exclusive: true, timeoutMs: 60 }));
    // The holder's time is up long after the one that waits would have run out of its own.
    const holder = kernel.invoke('lab-run', { n: 'holder' }).catch((error: unknown) => error);
    await entered.promise;
    const controller = new AbortController();
    const aborted = rejection(kernel.invoke('lab-run', { n: 'gives up' }, { signal: controller.signal }));
    const waiting = kernel.invoke('lab-run', { n: 'waits' });
    controller.abort('changed my mind');
    expect(await aborted).to.equal('changed my mind');
    expect(await holder).to.include({ code: 'function_timeout' });
    expect((await waiting).value).to.equal('ran');
    held.resolve();
  });

  inBothModes(
    '50a: does not let an exclusive function wait for itself when it calls another of its instance',
    async (ask) => {
      const kernel = aKernel(aModel(calls(call('lab-outer')), 'Done.'), {
        outer: [{ exclusive: true }, async (_, scope) => `outer of ${(await scope.kernel.invoke('lab-inner')).text}`],
        inner: [{ exclusive: true }, () => 'inner'],
      });
      expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['outer of inner']);
    },
  );

  inBothModes('51: lets the siblings of a failing call finish', async (ask) => {
    const failed = aPromise();
    const model = aModel(calls(call('lab-bad', {}, 'a'), call('lab-good', {}, 'b')), 'Done.');
    const kernel = aKernel(model, {
      bad: () => {
        failed.resolve();
        throw new Error('broken');
      },
      good: async () => (await failed.promise, 'fine'),
    });
    const result = await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    expect(toolTexts(result.messages)).to.deep.equal(['Error: "lab-bad" failed: broken', 'fine']);
    expect(result.calls.map((record) => record.error !== undefined)).to.deep.equal([true, false]);
  });

  inBothModes("105: closes the history and rejects for an error that is the application's fault", async (ask) => {
    const fatal = Object.assign(new Error('no credentials'), { fatal: true });
    const model = aModel(calls(call('lab-a', {}, '1'), call('lab-bad', {}, '2'), call('lab-a', {}, '3')));
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model, {
      a: () => 'fine',
      bad: () => {
        throw fatal;
      },
    });
    const error = await ask(kernel, history).catch((reason: unknown) => reason);
    expect(error).to.satisfy(isKernelError).and.include({ code: 'function_failed', cause: fatal });
    expect(toolTexts(history.messages)).to.deep.equal([
      'fine',
      'Error: "lab-bad" failed.',
      'Error: not run. The application ended this request.',
    ]);
  });

  inBothModes('105: waits for the siblings that run when a call fails for good', async (ask) => {
    const failed = aPromise();
    const fatal = Object.assign(new Error('no credentials'), { fatal: true });
    const model = aModel(calls(call('lab-bad', {}, '1'), call('lab-slow', {}, '2'), call('lab-slow', {}, '3')));
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model, {
      bad: () => {
        failed.resolve();
        throw fatal;
      },
      slow: async () => (await failed.promise, 'fine'),
    });
    const functions = FunctionChoiceBehavior.auto({ concurrency: 2 });
    const error = await ask(kernel, history, { functions }).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'function_failed', cause: fatal });
    expect(toolTexts(history.messages)).to.deep.equal([
      'Error: "lab-bad" failed.',
      'fine',
      'Error: not run. The application ended this request.',
    ]);
  });

  inBothModes('105: takes a fatal error of a function that is called inside for fatal', async (ask) => {
    const fatal = Object.assign(new Error('no credentials'), { fatal: true });
    const model = aModel(calls(call('lab-outer')));
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model, {
      outer: (_, scope) => scope.kernel.invoke('lab-inner'),
      inner: () => {
        throw fatal;
      },
    });
    const error = await ask(kernel, history).catch((reason: unknown) => reason);
    expect(error).to.satisfy(isKernelError).and.include({ code: 'function_failed' });
    expect(error).to.have.nested.property('cause.cause', fatal);
    expect(toolTexts(history.messages)).to.deep.equal(['Error: "lab-outer" failed.']);
  });

  inBothModes('106: tells the model the modelMessage of any error', async (ask) => {
    class PoolError extends Error {
      readonly modelMessage = 'the pool is full, try later';
    }
    const model = aModel(calls(call('lab-run')), 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => {
          throw new PoolError('429 from https://secret');
        },
      }),
      'Go',
    );
    expect(toolTexts(result.messages)).to.deep.equal(['Error: the pool is full, try later']);
  });

  inBothModes('107: takes a function that models may not see for unknown; kernel.invoke runs it', async (ask) => {
    const model = aModel(calls(call('lab-hidden')), 'Done.');
    const kernel = aKernel(model, { open: () => '', hidden: [{ modelVisible: false }, () => 'ran'] });
    const result = await ask(kernel, 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: there is no function named "lab-hidden". Available functions: "lab-open". Call one of them by its exact name.',
    ]);
    expect((await kernel.invoke('lab-hidden')).value).to.equal('ran');
  });

  inBothModes('107: says that there are no functions where models may see none', async (ask) => {
    const model = aModel(calls(call('lab-hidden')), 'Done.');
    const kernel = aKernel(model, { hidden: [{ modelVisible: false }, () => expect.fail('must not run')] });
    const result = await ask(kernel, 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: there is no function named "lab-hidden". Available functions: none. Call one of them by its exact name.',
    ]);
    expect(model.requests[0]).to.have.all.keys('messages');
  });

  inBothModes(
    '108: runs two sessions of one plugin side by side, and two calls of one session in turn',
    async (ask) => {
      const log: string[] = [];
      const other = aPromise();
      const instance = positionalPlugin(
        { session: { type: 'string' }, n: { type: 'number' } },
        async (session, n) => {
          log.push(`${String(session)}${String(n)} begins`);
          if (session === 'B') other.resolve();
          else await other.promise;
          log.push(`${String(session)}${String(n)} ends`);
        },
        { exclusive: (args) => String(args['session']) },
      );
      const model = aModel(
        calls(
          call('lab-run', { session: 'A', n: 1 }, '1'),
          call('lab-run', { session: 'A', n: 2 }, '2'),
          call('lab-run', { session: 'B', n: 3 }, '3'),
        ),
        'Done.',
      );
      const kernel = new Kernel({ services: model });
      kernel.addPlugin(instance);
      await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
      expect(log.indexOf('B3 begins')).to.be.lessThan(log.indexOf('A1 ends'));
      expect(log.indexOf('A1 ends')).to.be.lessThan(log.indexOf('A2 begins'));
    },
  );

  inBothModes('48: lets a validation ask the model down to a depth of eight', async (ask) => {
    let entered = 0;
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1 });
    const kernel = new Kernel({ services: aService(() => calls(call('lab-run'))) });
    const schema: StandardSchema<object> = {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate: async (value) => {
          entered += 1;
          // So that the test ends, whatever the kernel does.
          if (entered < 20) await kernel.chat('Deeper', { functions });
          return { value: value as object };
        },
      },
    };
    const run = defineFunction({ name: 'run', input: schema, inputJsonSchema: { type: 'object' } }, () => 'ok');
    kernel.addPlugin(definePlugin('lab', [run]));
    await ask(kernel, 'Go', { functions });
    expect(entered).to.equal(8);
  });

  inBothModes('keeps in the record which function a call was for, and why it failed', async (ask) => {
    const looped: Record<string, unknown> = {};
    looped['self'] = looped;
    const kernel = aKernel(
      aModel(calls(call('lab-run', { n: 'x' }, '1'), call('lab-loop', {}, '2'), call('nope', {}, '3')), 'Done.'),
      { run: [{ input: closed({ n: { type: 'number' } }) }, () => 'ok'], loop: () => looped },
    );
    const began = performance.now();
    const [run, loop, nope] = (await ask(kernel, 'Go')).calls;
    const whole = performance.now() - began;
    expect(run?.function).to.equal(kernel.getFunction('lab-run').metadata);
    expect(run?.error).to.have.deep.property('data', { issues: ['n: expected number, received string'] });
    expect(loop?.function).to.equal(kernel.getFunction('lab-loop').metadata);
    expect(loop?.error).to.have.property('cause').that.is.instanceOf(TypeError);
    expect(nope).to.not.have.property('function');
    // A part of the whole, however long that took.
    for (const record of [run, loop, nope]) expect(record?.durationMs).to.be.within(0, whole);
  });

  it('reports the failure that ends a run with the call that it came of', async () => {
    const fatal = Object.assign(new Error('no credentials'), { fatal: true });
    const broken = aKernel(aModel(calls(call('lab-run'))), {
      run: () => {
        throw fatal;
      },
    });
    const filtered = aKernel(aModel(calls(call('lab-run'))), { run: () => 'ok' });
    filtered.addFilter('function', () => {
      throw new TypeError('bug');
    });
    const misconfigured = new Kernel({ services: aModel(calls(call('lab-run'))) });
    misconfigured.addPlugin(positionalPlugin({ user: { type: 'string', hidden: true } }, (user) => user));
    for (const kernel of [broken, filtered, misconfigured]) {
      const reported: unknown[] = [];
      const stream = kernel.chatStream('Go');
      const failure = await rejection(
        (async () => {
          for await (const event of stream) if (event.type === 'result') reported.push(event.record.error);
        })(),
      );
      expect(failure).to.satisfy(isKernelError);
      expect(reported).to.have.lengthOf(1);
      expect(reported[0]).to.equal(failure);
    }
  });

  it('names what the application did not give', async () => {
    const kernel = new Kernel({ services: aModel(calls(call('lab-run'))) });
    kernel.addPlugin(positionalPlugin({ user: { type: 'string', hidden: true } }, (user) => user));
    expect(await rejection(kernel.chat('Go'))).to.have.deep.property('data', { issues: ['user: is required'] });
  });

  inBothModes('48: lets a service that runs in the application ask the model down to a depth of eight', async (ask) => {
    let entered = 0;
    const kernel: Kernel = new Kernel({
      services: aService(async () => {
        entered += 1;
        // So that the test ends, whatever the kernel does.
        if (entered < 20) await kernel.chat('Deeper');
        return response({ content: 'Done.' });
      }),
    });
    expect(await rejection(ask(kernel, 'Go'))).to.include({ code: 'depth_exceeded' });
    expect(entered).to.equal(8);
  });
});

function unreadable(): Error {
  return Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('getter');
    },
  });
}
