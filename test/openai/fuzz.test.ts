import { expect } from 'chai';
import * as fc from 'fast-check';
import OpenAI from 'openai';
import { ChatHistory, Kernel, isKernelError } from '../../src/index.js';
import type { ChatDelta, ChatRequest, ChatResponse } from '../../src/index.js';
import { OpenAIChatCompletion, OpenAIResponses } from '../../src/openai/index.js';
import { expectValid } from '../helpers/in-both-modes.js';

const SEED = 20_261_121;
const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'Go' }] };

/** Names that the readers look for, so that what is made up leads them far. */
const NAME = fc.constantFrom(
  'choices',
  'message',
  'delta',
  'content',
  'refusal',
  'tool_calls',
  'function',
  'arguments',
  'name',
  'id',
  'index',
  'type',
  'finish_reason',
  'usage',
  'prompt_tokens',
  'completion_tokens',
  'prompt_tokens_details',
  'cached_tokens',
  'output',
  'status',
  'error',
  'code',
  'text',
  'call_id',
  'response',
  'incomplete_details',
  'reason',
  'model',
  'reasoning_content',
  'extra_content',
  'toString',
  'valueOf',
  'then',
  'constructor',
  '__proto__',
);
const WORD = fc.constantFrom(
  '',
  'stop',
  'tool_calls',
  'function_call',
  'length',
  'function',
  'message',
  'failed',
  'completed',
  '{"x":1}',
  '{',
  'response.completed',
  'response.failed',
  'response.output_text.delta',
  'error',
  'custom',
  'max_output_tokens',
);

const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(WORD, fc.jsonValue({ maxDepth: 1 }), fc.integer(), fc.string()),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(NAME, tie('any'), { maxKeys: 6 }),
  ),
}));
const optional = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: fc.record(model, { requiredKeys: [] }) }, { weight: 1, arbitrary: any });

const details = optional({ name: fc.oneof(WORD, any), arguments: fc.oneof(WORD, any) });
const call = optional({ id: fc.oneof(WORD, any), type: fc.oneof(WORD, any), function: details, index: any });
const said = optional({ content: any, refusal: any, tool_calls: fc.array(call, { maxLength: 3 }), extra_content: any });
const choice = optional({ message: said, delta: said, finish_reason: fc.oneof(WORD, any) });
const item = optional({ type: fc.constantFrom('message', 'function_call'), content: fc.array(any), arguments: any });
const response = optional({ output: fc.array(item, { maxLength: 3 }), status: WORD, usage: any, error: any });
const answer = fc.oneof(any, optional({ choices: fc.array(choice, { maxLength: 2 }), usage: any, id: any }), response);
const event = fc.oneof(answer, optional({ type: WORD, delta: any, response, code: any, message: any }));

function expectResponse({ message, finishReason, usage, id, model }: ChatResponse): void {
  expect(message.role).to.equal('assistant');
  expect(message.content === null || typeof message.content === 'string').to.equal(true);
  for (const each of message.toolCalls ?? [])
    expect([typeof each.id, typeof each.name, typeof each.arguments]).to.deep.equal(['string', 'string', 'string']);
  expect(finishReason).to.be.oneOf(['stop', 'tool_calls', 'length', 'content_filter', 'unknown']);
  for (const text of [message.refusal, id, model]) expect(typeof text).to.be.oneOf(['string', 'undefined']);
  for (const count of Object.values(usage ?? {})) expect(count).to.be.a('number');
}

/** Does nothing more if it rejects with an error of the kernel; any other fails the property. */
async function settle(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isKernelError(error)) throw error;
  }
}

for (const Adapter of [OpenAIChatCompletion, OpenAIResponses])
  describe(`${Adapter.name}, whatever the service answers,`, () => {
    const { emitWarning } = process;
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    before(() => {
      // Calls of unknown types are warned of, thousands of times here.
      process.emitWarning = () => undefined;
      process.on('unhandledRejection', listener);
    });
    after(() => {
      process.emitWarning = emitWarning;
      process.off('unhandledRejection', listener);
      expect(unhandled).to.deep.equal([]);
    });

    /** An adapter whose client gives what it is told to, as it is. */
    function anAdapter(give: () => unknown) {
      const create = async (): Promise<unknown> => give();
      return new Adapter({ client: { chat: { completions: { create } }, responses: { create } }, model: 'gpt-test' });
    }
    const { signal } = new AbortController();

    it('gives a whole response of any JSON, or an error of the kernel', async () => {
      await fc.assert(
        fc.asyncProperty(answer, (raw) =>
          // An answer with a `then` of its own would be waited for: JSON has no functions, so it is none.
          settle(async () => expectResponse(await anAdapter(() => raw).complete(REQUEST, { signal }))),
        ),
        { seed: SEED, numRuns: 2_000 },
      );
    });

    it('gives texts and one whole response of any events, or an error of the kernel', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(event, { maxLength: 6 }), async (events) => {
          const deltas: ChatDelta[] = [];
          await settle(async () => {
            const chunks = (async function* () {
              yield* events;
            })();
            for await (const delta of anAdapter(() => chunks).stream(REQUEST, { signal })) deltas.push(delta);
            expect(deltas.at(-1)?.type).to.equal('end');
          });
          for (const [index, delta] of deltas.entries()) {
            if (delta.type !== 'end') expect(delta.text).to.be.a('string');
            else expect(index).to.equal(deltas.length - 1);
            if (delta.type === 'end') expectResponse(delta.response);
          }
        }),
        { seed: SEED, numRuns: 1_000 },
      );
    });

    for (const mode of ['plain', 'streamed'] as const) {
      it(`leaves a kernel with a result or its error, and a valid history, after any bytes (${mode})`, async () => {
        const lines = fc.array(
          fc.oneof(
            fc.string(),
            event.map((each) => `data: ${JSON.stringify(each)}`),
            fc.constantFrom('data: [DONE]', 'event: error', 'data: {', ':', ''),
          ),
        );
        const bytes = fc.oneof(
          fc.uint8Array(),
          answer.map((each) => Buffer.from(JSON.stringify(each))),
          lines.map((each) => Buffer.from(each.join('\n\n'))),
        );
        const status = fc.constantFrom(200, 200, 200, 400, 401, 404, 429, 500, 503);
        const type = fc.constantFrom('application/json', 'text/event-stream', 'text/html');
        await fc.assert(
          fc.asyncProperty(bytes, status, type, async (body, code, contentType) => {
            const client = new OpenAI({
              apiKey: 'test',
              maxRetries: 0,
              logLevel: 'off',
              fetch: async () => new Response(body, { status: code, headers: { 'content-type': contentType } }),
            });
            const kernel = new Kernel({ services: new Adapter({ client, model: 'gpt-test' }) });
            const history = new ChatHistory().addUser('Go');
            await settle(() => (mode === 'plain' ? kernel.chat(history) : kernel.chatStream(history).result));
            expectValid(history);
          }),
          { seed: SEED, numRuns: 300 },
        );
      });
    }
  });
