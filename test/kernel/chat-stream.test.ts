import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior } from '../../src/index.js';
import type { ChatEvent, ChatStream, ToolCall } from '../../src/index.js';
import { aKernel, aPromise, roles, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, aStreamingService, call, calls, response } from '../helpers/a-model.js';
import { expectValid, rejection } from '../helpers/in-both-modes.js';

const CANCELLED = 'Error: cancelled by the caller before it finished.';

describe('Kernel.chatStream', () => {
  it('reports text, calls, results and messages in the order in which they happen', async () => {
    const model = aModel(
      response(
        { content: 'Let me see.', toolCalls: [call('lab.run', { n: 1 }, 'a'), call('lab-run', {}, 'b')] },
        'tool_calls',
      ),
      'All done.',
    );
    const kernel = aKernel(model, { run: ({ n }) => `ran ${String(n)}` });
    const events = await collect(kernel.chatStream('Go'));
    expect(events.map(brief)).to.deep.equal([
      'text 1 Let ',
      'text 1 me ',
      'text 1 see.',
      'call 1 0 lab-run a',
      'call 1 1 lab-run b',
      'result a ran 1',
      'result b ran undefined',
      'message 1 assistant',
      'message 1 tool',
      'message 1 tool',
      'text 2 All ',
      'text 2 done.',
      'message 2 assistant',
      'done All done.',
    ]);
  });

  it('passes reasoning on', async () => {
    const kernel = aKernel(
      aStreamingService(async function* () {
        yield { type: 'reasoning', text: 'Hm.' };
        yield { type: 'text', text: 'Yes.' };
        yield { type: 'end', response: response({ content: 'Yes.' }) };
      }),
    );
    const events = await collect(kernel.chatStream('Go'));
    expect(events.slice(0, 2)).to.deep.equal([
      { type: 'reasoning', text: 'Hm.', attempt: 1 },
      { type: 'text', text: 'Yes.', attempt: 1 },
    ]);
  });

  it('streams a service without stream() in one piece', async () => {
    const kernel = aKernel(aService(() => response({ content: 'All at once.' })));
    expect(await collect(kernel.chatStream('Go').text())).to.deep.equal(['All at once.']);
  });

  it('49: reports results as they settle, and commits them in the order of the calls', async () => {
    const second = aPromise();
    const model = aModel(calls(call('lab-run', {}, 'slow'), call('lab-run', {}, 'fast')), 'Done.');
    const kernel = aKernel(model, {
      run: async (_, { toolCall }) => (toolCall?.id === 'slow' ? await second.promise : second.resolve(), toolCall?.id),
    });
    const events = await collect(
      kernel.chatStream('Go', { functions: FunctionChoiceBehavior.auto({ concurrency: 2 }) }),
    );
    expect(events.flatMap((event) => (event.type === 'result' ? [event.record.call.id] : []))).to.deep.equal([
      'fast',
      'slow',
    ]);
    expect(toolTexts(events.flatMap((event) => (event.type === 'message' ? [event.message] : [])))).to.deep.equal([
      'slow',
      'fast',
    ]);
  });

  it('does nothing until it is iterated or its result is read', async () => {
    const model = aModel('Hello.');
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model);
    const stream = kernel.chatStream(history);
    stream.text();
    await new Promise((resolve) => setImmediate(resolve));
    expect(model.requests).to.deep.equal([]);
    // The history is not in use either.
    await aKernel(aModel('First.')).chat(history);
    expect((await stream.result).text).to.equal('Hello.');
  });

  it('83: runs to the end when only the result is read', async () => {
    const kernel = aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => 'ok' });
    const stream = kernel.chatStream('Go');
    expect((await stream.result).text).to.equal('Done.');
    expect(stream.result).to.equal(stream.result);
  });

  it('83: reports everything to one who reads the result first and iterates later', async () => {
    const kernel = aKernel(aModel(calls(call('lab-run')), 'Done.'), { run: () => 'ok' });
    const stream = kernel.chatStream('Go');
    const result = await stream.result;
    const events = await collect(stream);
    expect(events.map((event) => event.type)).to.deep.equal([
      'call',
      'result',
      'message',
      'message',
      'text',
      'message',
      'done',
    ]);
    expect(events.at(-1)).to.deep.equal({ type: 'done', result });
  });

  it('83: takes no longer per event when many are waiting', async () => {
    const pieces = 200_000;
    const kernel = aKernel(
      aStreamingService(async function* () {
        for (let piece = 0; piece < pieces; piece += 1) yield { type: 'text', text: 'x' };
        yield { type: 'end', response: response({ content: 'x' }) };
      }),
    );
    const stream = kernel.chatStream('Go');
    await stream.result;
    const startedAt = process.cpuUsage();
    let count = 0;
    for await (const text of stream.text()) count += text.length;
    expect(count).to.equal(pieces);
    // Moving what is left at each event takes tens of seconds.
    expect(process.cpuUsage(startedAt).user / 1000).to.be.below(5000);
  });

  it('can be iterated only once, as events or as text', async () => {
    const stream = aKernel(aModel('Hello.')).chatStream('Go');
    expect(await collect(stream.text())).to.deep.equal(['Hello.']);
    expect(await rejection(collect(stream))).to.be.instanceOf(TypeError);
    expect(await rejection(collect(stream.text()))).to.be.instanceOf(TypeError);
    expect((await stream.result).text).to.equal('Hello.');
  });

  for (const [what, iterate] of [
    ['the events', (stream: ChatStream): AsyncIterable<unknown> => stream],
    ['the text', (stream: ChatStream): AsyncIterable<unknown> => stream.text()],
  ] as const) {
    it(`82: aborts the run and closes the history when the loop over ${what} is left`, async () => {
      const { signal } = new AbortController();
      let told: AbortSignal | undefined;
      const history = new ChatHistory().addUser('Go');
      const model = aModel(response({ content: 'Let me see.', toolCalls: [call('lab-run')] }, 'tool_calls'));
      const kernel = aKernel(model, { run: (_, scope) => ((told = scope.signal), new Promise(() => {})) });
      const stream = kernel.chatStream(history, { signal });
      for await (const _ of iterate(stream)) {
        // By then the function runs.
        await new Promise((resolve) => setImmediate(resolve));
        break;
      }
      expect(told?.aborted).to.equal(true);
      expect(toolTexts(history.messages)).to.deep.equal([CANCELLED]);
      expectValid(history);
      expect(await rejection(stream.result))
        .to.be.instanceOf(DOMException)
        .and.include({ name: 'AbortError' });
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      expect((await aKernel(aModel('On we go.')).chat(history)).text).to.equal('On we go.');
    });

    it(`82: aborts the run when return() comes while the next of ${what} is awaited`, async () => {
      const running = aPromise();
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(aModel(calls(call('lab-run'))), { run: () => (running.resolve(), new Promise(() => {})) });
      const iterator = iterate(kernel.chatStream(history))[Symbol.asyncIterator]();
      let pending = iterator.next();
      if (what === 'the events') pending = (await pending, iterator.next());
      await running.promise;
      expect(await iterator.return?.()).to.deep.equal({ done: true, value: undefined });
      expect(await pending).to.deep.equal({ done: true, value: undefined });
      expect(toolTexts(history.messages)).to.deep.equal([CANCELLED]);
    });
  }

  it('82: is left at once through a Readable that is destroyed', async () => {
    const running = aPromise();
    const ended = aPromise();
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(calls(call('lab-run'))), {
      run: (_, { signal }) => {
        signal.addEventListener('abort', () => ended.resolve());
        running.resolve();
        return new Promise(() => {});
      },
    });
    const readable = Readable.from(kernel.chatStream(history).text());
    readable.resume();
    await running.promise;
    readable.destroy();
    await ended.promise;
  });

  it('82: leaves the error of the consumer as it is', async () => {
    const bug = new Error('in the loop');
    const stream = aKernel(aModel('Hello there.')).chatStream('Go');
    const error = await rejection(
      (async () => {
        for await (const _ of stream) throw bug;
      })(),
    );
    expect(error).to.equal(bug);
  });

  it('82: aborts nothing when the loop is left at the end', async () => {
    const stream = aKernel(aModel('Hello.')).chatStream('Go');
    for await (const event of stream) if (event.type === 'done') break;
    expect((await stream.result).text).to.equal('Hello.');
  });

  it('82: keeps a result that was there when the loop was left', async () => {
    const stream = aKernel(aModel('Hello.')).chatStream('Go');
    await stream.result;
    for await (const _ of stream) break;
    expect((await stream.result).text).to.equal('Hello.');
  });

  for (const type of ['call', 'result', 'message'] as const) {
    for (const [kind, body] of [
      ['synchronous', () => 'ran'],
      ['asynchronous', async () => 'ran'],
    ] as const) {
      it(`82: asks nothing more of the model when the loop is left at a ${type} of a function that is ${kind}`, async () => {
        const model = aModel({ toolCalls: [{ name: 'lab-run', arguments: {} }] }, 'Done.');
        const stream = aKernel(model, { run: body }).chatStream('Go', { functions: FunctionChoiceBehavior.auto() });
        for await (const event of stream) if (event.type === type) break;
        expect(await rejection(stream.result)).to.include({ name: 'AbortError' });
        expect(model.requests).to.have.lengthOf(1);
      });
    }
  }

  it('82: does not start a run that was left before its first event', async () => {
    const model = aModel('Hello.');
    const stream = aKernel(model).chatStream('Go');
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
    expect(await rejection(stream.result)).to.include({ name: 'AbortError' });
    expect(model.requests).to.deep.equal([]);
  });

  it('raises the failure once in the loop, and never as an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listener);
    const cause = new Error('down');
    const failing = (): ChatStream => aKernel(aService(() => Promise.reject(cause))).chatStream('Go');
    expect(await rejection(collect(failing()))).to.include({ cause });
    expect(await rejection(collect(failing().text()))).to.include({ cause });
    const left = failing();
    void left.result;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).to.deep.equal([]);
  });

  it('rejects with what is wrong before the run in the loop and in the result', async () => {
    const stream = aKernel(aModel('Hello.')).chatStream('', { service: 'nope' });
    const error = await rejection(collect(stream));
    expect(error).to.include({ code: 'service_not_found' });
    expect(await rejection(stream.result)).to.equal(error);
  });

  it('keeps what a consumer does to an event from the history', async () => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(calls(call('lab-run', { n: 1 })), 'Done.'), { run: () => 'ok' });
    for await (const event of kernel.chatStream(history)) {
      if (event.type === 'call') Object.assign(event.call, { id: 'forged', name: 'x', arguments: '' });
      if (event.type === 'result') Object.assign(event.record.call, { id: 'forged' });
      if (event.type === 'message') Object.assign(event.message, { content: 'forged', toolCalls: [] });
    }
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant', 'tool', 'assistant']);
    expect(history.messages[1]).to.have.deep.property('toolCalls', [call('lab-run', { n: 1 })]);
    expect(history.messages[2]).to.include({ toolCallId: 'call_1', content: 'ok' });
    expect(history.messages[3]).to.include({ content: 'Done.' });
  });

  it('keeps what a consumer does to opaque fields of an event from the history', async () => {
    const signed = (): ToolCall => ({ ...call('lab-run'), extra: { extra_content: { signature: 's' } } });
    const history = new ChatHistory().addUser('Go');
    for await (const event of aKernel(aModel(calls(signed()), 'Done.'), { run: () => 'ok' }).chatStream(history)) {
      const seen = event.type === 'call' ? event.call : event.type === 'result' ? event.record.call : undefined;
      Object.assign(seen?.extra?.['extra_content'] ?? {}, { signature: 'forged' });
    }
    expect(history.messages[1]).to.deep.equal(calls(signed()).message);
  });

  it('keeps what a consumer does to an early result from the history, while other calls are under way', async () => {
    const history = new ChatHistory().addUser('Go');
    const first = aPromise();
    const kernel = aKernel(aModel(calls(call('lab-fast'), call('lab-slow', {}, 'call_2')), 'Done.'), {
      fast: () => 'secret',
      slow: () => first.promise.then(() => 'ok'),
    });
    for await (const event of kernel.chatStream(history)) {
      if (event.type !== 'result') continue;
      Object.assign(event.record.result, { content: null, toolCallId: 'forged' });
      Object.assign(event.record.call, { id: 'forged' });
      first.resolve();
    }
    expect(history.messages.slice(2, 4)).to.deep.equal([
      { role: 'tool', toolCallId: 'call_1', name: 'lab-fast', content: 'secret' },
      { role: 'tool', toolCallId: 'call_2', name: 'lab-slow', content: 'ok' },
    ]);
  });

  it('keeps the text that had come before a failure, and no reasoning', async () => {
    const kernel = aKernel(
      aStreamingService(async function* () {
        yield { type: 'reasoning', text: 'Hm.' };
        yield { type: 'text', text: 'It is' };
        throw new Error('cut off');
      }),
    );
    expect(await rejection(kernel.chatStream('Go').result)).to.have.deep.property('data', { partialText: 'It is' });
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

function brief(event: ChatEvent): string {
  switch (event.type) {
    case 'text':
    case 'reasoning':
      return `${event.type} ${event.attempt} ${event.text}`;
    case 'call':
      return `call ${event.attempt} ${event.index} ${event.call.name} ${event.call.id}`;
    case 'result':
      return `result ${event.record.call.id} ${String(event.record.result.content)}`;
    case 'message':
      return `message ${event.attempt} ${event.message.role}`;
    default:
      return `done ${event.result.text}`;
  }
}
