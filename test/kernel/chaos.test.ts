import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior, FunctionError, Kernel, isKernelError } from '../../src/index.js';
import type { ChatDelta, ChatResponse, ChatService } from '../../src/index.js';
import { addLab, closed } from '../helpers/a-kernel.js';
import { receive } from '../helpers/a-model.js';
import { expectValid } from '../helpers/in-both-modes.js';
import { randomNumbers } from '../helpers/random-numbers.js';

const RUNS = 1000;
const SEED = 20_261_121;

describe('Kernel: anything at all', () => {
  for (const mode of ['plain', 'streamed'] as const) {
    it(`keeps histories and requests valid through ${RUNS} runs of misbehaviour (${mode})`, async () => {
      const unhandled: unknown[] = [];
      const listener = (reason: unknown): void => {
        unhandled.push(reason);
      };
      process.on('unhandledRejection', listener);
      const random = randomNumbers(SEED);
      const lasting = new AbortController();
      const outcomes = new Set<string>();
      for (let run = 0; run < RUNS; run += 1) outcomes.add(await misbehave(mode, random, lasting.signal));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', listener);
      expect(unhandled).to.deep.equal([]);
      expect(getEventListeners(lasting.signal, 'abort')).to.deep.equal([]);
      // The misbehaviour is varied enough to have led everywhere.
      expect([...outcomes]).to.include.members([
        'completed',
        'function_calls',
        'max_attempts',
        'max_calls',
        'max_errors',
        'terminated',
        'length',
        'content_filter',
        'refusal',
        'function_failed',
        'filter_failed',
        'service_failed',
        'invalid_response',
        'AbortError',
      ]);
    });
  }
});

async function misbehave(mode: 'plain' | 'streamed', random: () => number, lasting: AbortSignal): Promise<string> {
  const controller = new AbortController();
  // With a signal that lasts nothing may hang, since nothing would end it.
  const signal = random() < 0.3 ? lasting : controller.signal;
  const hang = (): Promise<never> | undefined =>
    signal === lasting ? undefined : new Promise(() => setImmediate(() => controller.abort()));
  const kernel = new Kernel({ services: service(random, hang) });
  addFunctions(kernel, random, hang);
  addFilters(kernel, random);
  const history = new ChatHistory().addUser('Go');
  const options = {
    signal,
    functions: FunctionChoiceBehavior.auto({
      autoInvoke: random() > 0.05,
      maxAttempts: oneOf(random, 1, 3, 10),
      maxCalls: oneOf(random, 2, 20, Infinity),
      concurrency: oneOf(random, 1, 2, 8),
    }),
  };
  let outcome: string;
  try {
    const result =
      mode === 'plain' ? await kernel.chat(history, options) : await streamed(kernel, history, { options, random });
    outcome = result?.stopReason ?? 'left';
  } catch (error) {
    if (!isKernelError(error) && error !== controller.signal.reason) throw error;
    outcome = isKernelError(error) ? error.code : (error as Error).name;
  }
  if (outcome === 'function_calls') history.closeOpenCalls();
  expectValid(history);
  expect(ChatHistory.from(JSON.parse(JSON.stringify(history))).messages).to.deep.equal(history.messages);
  return outcome;
}

async function streamed(
  kernel: Kernel,
  history: ChatHistory,
  { options, random }: { options: Parameters<Kernel['chatStream']>[1]; random: () => number },
): Promise<Awaited<ReturnType<Kernel['chat']>> | undefined> {
  const stream = kernel.chatStream(history, options);
  const leaves = random() < 0.1;
  for await (const event of stream) {
    if (leaves && event.type === 'call') return undefined;
  }
  return stream.result;
}

function service(random: () => number, hang: () => Promise<never> | undefined): ChatService {
  const complete: ChatService['complete'] = async (request) => {
    receive(request);
    if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
    if (random() < 0.02) await hang();
    if (random() < 0.02) throw Object.assign(new Error('503'), { status: 503 });
    if (random() < 0.02) return { finishReason: 'stop' } as ChatResponse;
    return answer(random);
  };
  return {
    modelId: 'chaos',
    complete,
    async *stream(request, options): AsyncGenerator<ChatDelta> {
      const response = await complete(request, options);
      yield { type: 'text', text: 'Hm. ' };
      if (random() < 0.02) throw new Error('socket hang up');
      if (random() < 0.02) return;
      yield { type: 'end', response };
    },
  };
}

function answer(random: () => number): ChatResponse {
  const content = oneOf<unknown>(random, null, '', 'Text.', 'More text.', undefined, 7) as string | null;
  const finishReason = oneOf<ChatResponse['finishReason']>(
    random,
    'stop',
    'stop',
    'tool_calls',
    'unknown',
    'length',
    'content_filter',
  );
  if (random() < 0.05) return { message: { role: 'assistant', content: null, refusal: 'No.' }, finishReason };
  if (random() < 0.2) return { message: { role: 'assistant', content: 'Done.' }, finishReason };
  const toolCalls = Array.from({ length: Math.floor(random() * 5) }, () => ({
    id: oneOf<unknown>(random, 'a', 'b', '', undefined, null, 7, `id ${random()}`),
    name: oneOf<unknown>(
      random,
      'lab-run',
      'lab-run',
      'lab.slow',
      'run',
      'lab_fail',
      'lab-odd',
      'Z.q',
      '__proto__',
      '',
      undefined,
      7,
      'ü'.repeat(100),
    ),
    arguments: oneOf<unknown>(
      random,
      '{}',
      '{"n":1}',
      '{"n":"1"}',
      '',
      'null',
      '[1]',
      '{"n"',
      '{"__proto__":{"x":1}}',
      undefined,
      { n: 1 },
      7,
    ),
  }));
  return { message: { role: 'assistant', content, toolCalls: toolCalls as never }, finishReason };
}

function addFunctions(kernel: Kernel, random: () => number, hang: () => Promise<never> | undefined): void {
  const fatal = Object.assign(new Error('no credentials'), { fatal: true });
  const errors = [
    new Error('x'),
    'text',
    undefined,
    new FunctionError('told'),
    new DOMException('own', 'AbortError'),
    fatal,
  ];
  addLab(kernel, {
    run: [
      { input: closed({ n: { type: 'number' } }), exclusive: true },
      async () => (random() < 0.03 && (await hang()), 'ok'),
    ],
    slow: [{ timeoutMs: 60_000 }, () => new Promise((resolve) => setImmediate(resolve))],
    fail: () => {
      throw oneOf<unknown>(random, ...errors);
    },
    odd: () => oneOf<unknown>(random, undefined, 0, 1n, Symbol('s'), kernel, 'x'.repeat(60_000)),
  });
}

function oneOf<T>(random: () => number, ...values: T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function addFilters(kernel: Kernel, random: () => number): void {
  for (const kind of ['function', 'autoFunction', 'prompt'] as const) {
    kernel.addFilter(kind as 'autoFunction', async (context, next) => {
      if (random() < 0.01) throw new TypeError('bug in a filter');
      if (random() < 0.01) throw new FunctionError('denied');
      if (random() < 0.02 && kind !== 'prompt') return;
      if (random() < 0.03) context.terminate = true;
      if (random() < 0.02) void next();
      if (random() < 0.02) await next().catch(() => undefined);
      await next();
      if (random() < 0.03) context.terminate = true;
    });
  }
}
