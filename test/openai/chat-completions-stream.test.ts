import { expect } from 'chai';
import * as fc from 'fast-check';
import type { ChatDelta, ChatResponse } from '../../src/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';
import { fakeClient } from '../helpers/fake-client.js';
import { rejection } from '../helpers/in-both-modes.js';

const REQUEST = { messages: [{ role: 'user' as const, content: 'Go' }] };

describe('a streamed answer of Chat Completions', () => {
  it('keeps what a chunk says of the whole, where a later one says nothing of it', async () => {
    const chunk = { choices: [{ index: 0, delta: { content: 'Once' } }] };
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const client = fakeClient({}, [{ ...chunk, id: 'the-id', model: 'the-model', usage }, chunk, last]);
    const service = new OpenAIChatCompletion({ client, model: 'model' });
    let end: ChatResponse | undefined;
    for await (const delta of service.stream(REQUEST, { signal: new AbortController().signal })) {
      if (delta.type === 'end') end = delta.response;
    }
    expect(end).to.deep.include({ id: 'the-id', model: 'the-model', usage: { inputTokens: 1, outputTokens: 2 } });
  });

  it('tells of the failure of a choice before that of the answer around it', async () => {
    const failed = { choices: [{ index: 0, error: { message: 'inner' } }], error: { message: 'outer' } };
    const service = new OpenAIChatCompletion({ client: fakeClient(failed), model: 'model' });
    expect(await rejection(service.complete(REQUEST, { signal: new AbortController().signal }))).to.include({
      message: 'The chat service failed: inner.',
    });
  });

  it('has the text that comes as a list of parts, as a whole answer has', async () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] };
    const text = (said: string): object => ({ type: 'text', text: said });
    const { whole, end, deltas } = await bothWays({ content: [thinking, text('Once '), text('upon')] }, [
      { content: [thinking] },
      { content: [text('Once ')] },
      { content: [text('upon')] },
    ]);
    expect(end.message).to.deep.equal({ role: 'assistant', content: 'Once upon' });
    expect(end.message).to.deep.equal(whole.message);
    expect(deltas).to.deep.equal([
      { type: 'text', text: 'Once ' },
      { type: 'text', text: 'upon' },
    ]);
  });

  it('has the pieces of `reasoning_details` put together, for the service checks what is replayed', async () => {
    const kind = { format: 'anthropic-claude-v1', index: 0 };
    const sealed = { type: 'reasoning.encrypted', data: 'c2VjcmV0', id: 'call_1', index: 1 };
    const odd = { type: 'reasoning.text', text: 'no index' };
    const { whole, end } = await bothWays(
      {
        content: 'Done.',
        reasoning_details: [
          { type: 'reasoning.text', text: 'Let me see.', signature: 'sig', ...kind },
          sealed,
          odd,
          odd,
        ],
      },
      [
        { reasoning_details: [{ type: 'reasoning.text', text: 'Let', signature: null, ...kind }] },
        { reasoning_details: [{ type: 'reasoning.text', text: ' me see.', ...kind }, sealed] },
        { reasoning_details: [{ type: 'reasoning.text', signature: 'sig', text: null, ...kind }] },
        { content: 'Done.', reasoning_details: [] },
        { reasoning_details: [odd, odd] },
      ],
    );
    expect(end.message).to.deep.equal(whole.message);
  });

  it('has all pieces of a summary, and each entry of another kind or place for itself', async () => {
    const details = [
      { type: 'reasoning.summary', summary: 'First, then second.', index: 0 },
      { type: 'reasoning.encrypted', data: 'abcd', index: 0 },
      { type: 'reasoning.summary', summary: 'Third.', index: 1 },
    ];
    const { whole, end } = await bothWays({ content: 'Done.', reasoning_details: details }, [
      { reasoning_details: [{ type: 'reasoning.summary', summary: 'First, ', index: 0 }] },
      { reasoning_details: [{ type: 'reasoning.encrypted', data: 'ab', index: 0 }] },
      { reasoning_details: [{ type: 'reasoning.summary', summary: 'then second.', index: 0 }, details[2]] },
      { reasoning_details: [{ type: 'reasoning.encrypted', data: 'cd', index: 0 }] },
      { content: 'Done.' },
    ]);
    expect(end.message).to.deep.equal(whole.message);
  });

  it('has thinking that is empty, which services ask for too', async () => {
    const { whole, end } = await bothWays({ content: 'Done.', reasoning_content: '' }, [
      { content: null, reasoning_content: '' },
      { content: 'Done.', reasoning_content: null },
    ]);
    expect(end.message).to.deep.equal({ role: 'assistant', content: 'Done.', extra: { reasoning_content: '' } });
    expect(end.message).to.deep.equal(whole.message);
  });

  it('has no text beside calls where the text of a whole answer is empty', async () => {
    const call = { id: 'a', type: 'function', function: { name: 'lab-run', arguments: '{}' } };
    for (const content of ['', [], [{ type: 'thinking', thinking: [] }]]) {
      const message = { content, tool_calls: [call] };
      const { whole, end } = await bothWays(message, [{ content }, { tool_calls: [{ index: 0, ...call }] }]);
      expect(whole.message).to.include({ content: null });
      expect(end.message).to.deep.equal(whole.message);
    }
  });

  it('keeps a field of a call that a later piece has as null', async () => {
    const signed = { extra_content: { google: { thought_signature: 's' } } };
    const call = { id: 'a', type: 'function', function: { name: 'lab-run', arguments: '{}' } };
    const { whole, end } = await bothWays({ content: null, tool_calls: [{ ...call, ...signed }] }, [
      { tool_calls: [{ index: 0, ...call, function: { name: 'lab-run', arguments: '{' }, ...signed }] },
      { tool_calls: [{ index: 0, function: { arguments: '}' }, extra_content: null }] },
    ]);
    expect(end.message).to.deep.equal(whole.message);
  });

  it('is the same as a whole one, whatever is in it and wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(MESSAGE, REASON, fc.integer({ min: 1, max: 4 }), async (message, reason, size) => {
        const { whole, end, deltas } = await bothWays(message, piecesOf(message, size), reason);
        expect(withoutIds(end)).to.deep.equal(withoutIds(whole));
        const texts = deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []));
        expect(texts.join('') || null).to.equal(whole.message.content);
      }),
      { seed: 20_261_129, numRuns: 500 },
    );
  });

  it('survives `reasoning_details` that are garbage', async () => {
    const { end } = await bothWays({ content: 'Done.' }, [
      { content: 'Done.' },
      { reasoning_details: 'none' },
      { reasoning_details: [null, 7, { type: 7, index: 'x', text: {} }, { index: 0, type: { toString: 1 }, text: 5 }] },
    ]);
    expect(end.message).to.include({ content: 'Done.' });
  });
});

describe('OpenAIChatCompletion.stream', () => {
  it('sends the stream_options of the settings in the place of its own', async () => {
    const client = fakeClient({}, [{ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] }]);
    const service = new OpenAIChatCompletion({ client, model: 'm' });
    const { signal } = new AbortController();
    for (const extra of [{}, { stream_options: { include_usage: true, include_obfuscation: false } }]) {
      for await (const delta of service.stream({ ...REQUEST, settings: { extra } }, { signal }))
        expect(delta).to.be.an('object');
    }
    expect(client.bodies.map((body) => body['stream_options'])).to.deep.equal([
      { include_usage: true },
      { include_usage: true, include_obfuscation: false },
    ]);
  });
});

interface WireMessage {
  readonly content?: string | null | readonly object[];
  readonly refusal?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning_details?: readonly (object & { readonly text: string })[];
  readonly tool_calls?: readonly WireCall[] | null;
}

interface WireCall {
  readonly id?: string | null;
  readonly type?: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

const TEXT = fc.constantFrom('', 'Hm.', 'Let me see: 😀é', '{"x":1}');
const PARTS = fc.array(
  fc.oneof(
    TEXT.map((text) => ({ type: 'text', text })),
    TEXT.map((text) => ({ type: 'thinking', thinking: [{ type: 'text', text }] })),
  ),
  { maxLength: 3 },
);
const CALL: fc.Arbitrary<WireCall> = fc.record(
  {
    id: fc.constantFrom('a', 'b', '', null),
    type: fc.constant('function'),
    function: fc.record({
      name: fc.constantFrom('lab-run', 'lab.stop', 'x'),
      arguments: fc.constantFrom('', '{}', ' ', '{"code":"print(\\"}{\\")"}', '{"n":', '[1]', 'null'),
    }),
    extra_content: fc.constantFrom({ google: { thought_signature: 's' } }, null),
  },
  { requiredKeys: ['function'] },
);
const MESSAGE: fc.Arbitrary<WireMessage> = fc.record(
  {
    role: fc.constant('assistant'),
    content: fc.oneof(TEXT, fc.constant(null), PARTS),
    refusal: fc.constantFrom('No.', null),
    reasoning_content: fc.oneof(TEXT, fc.constant(null)),
    reasoning_details: fc.constant([
      { type: 'reasoning.text', text: 'First this.', index: 0 },
      { type: 'reasoning.text', text: 'Then that.', index: 1 },
    ]),
    tool_calls: fc.oneof(fc.array(CALL, { maxLength: 3 }), fc.constant(null)),
  },
  { requiredKeys: ['role'] },
);
const REASON = fc.constantFrom('stop', 'tool_calls', 'length', 'content_filter', 'function_call', 'eos');

/** The pieces of a message, as a server may send them: texts of so many characters each. */
function piecesOf(message: WireMessage, size: number): readonly object[] {
  const { content, refusal, reasoning_content: thinking, reasoning_details: details = [], tool_calls: calls } = message;
  const cut = (text: string): readonly string[] => text.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [''];
  const thoughts = typeof thinking === 'string' ? cut(thinking) : [thinking];
  const contents = typeof content === 'string' ? cut(content) : (content?.map((part) => [part]) ?? [content]);
  return [
    ...thoughts.map((piece) => ({ reasoning_content: piece })),
    ...details.flatMap((detail) => cut(detail.text).map((text) => ({ reasoning_details: [{ ...detail, text }] }))),
    ...contents.map((piece) => ({ content: piece, reasoning_content: null })),
    { refusal },
    ...(calls ?? []).flatMap(({ function: { name, arguments: args }, ...call }, index) => [
      { tool_calls: [{ index, ...call, function: { name, arguments: '' } }] },
      ...cut(args).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
  ];
}

/** Calls get an id from whoever makes them one: the assembler, or the kernel. */
function withoutIds({ message, finishReason }: ChatResponse): object {
  return { ...message, toolCalls: message.toolCalls?.map((call) => ({ ...call, id: '' })), finishReason };
}

interface BothWays {
  readonly whole: ChatResponse;
  readonly end: ChatResponse;
  readonly deltas: readonly ChatDelta[];
}

/** What comes of a message, and of the pieces of the same message. */
async function bothWays(message: object, pieces: readonly object[], reason = 'stop'): Promise<BothWays> {
  const chunks = [{}, ...pieces].map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] }));
  const client = fakeClient({ choices: [{ index: 0, message, finish_reason: reason }] }, [
    ...chunks,
    { choices: [{ index: 0, delta: {}, finish_reason: reason }] },
  ]);
  const service = new OpenAIChatCompletion({ client, model: 'm' });
  const { signal } = new AbortController();
  const whole = await service.complete(REQUEST, { signal });
  const deltas: ChatDelta[] = [];
  for await (const delta of service.stream(REQUEST, { signal })) deltas.push(delta);
  const last = deltas.pop();
  if (last?.type !== 'end') throw new Error('The stream has no end.');
  return { whole, end: last.response, deltas };
}
