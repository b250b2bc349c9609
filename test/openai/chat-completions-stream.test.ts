import { expect } from 'chai';
import type { ChatDelta, ChatResponse } from '../../src/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';
import { fakeClient } from '../helpers/fake-client.js';

const REQUEST = { messages: [{ role: 'user' as const, content: 'Go' }] };

describe('a streamed answer of Chat Completions', () => {
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
});

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
