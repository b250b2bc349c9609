import { expect } from 'chai';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../src/index.js';
import type { ChatMessage, ChatRequest, ChatResponse } from '../../src/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';

const ROUNDS = 3;

// Writes into whatever it is given: as middleware may, which adds its fields to a request.
function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(scribble);
  Reflect.set(value, Array.isArray(value) ? value.length : 'scribbled', 'scribbled');
}

/** A client that calls a function in each round but the last, and writes into each request once it has been sent. */
function aScribblingClient(sent: string[]): object {
  const create = async (body: object): Promise<object> => {
    sent.push(JSON.stringify(body));
    scribble(body);
    const id = `call_${sent.length}`;
    const call = { id, type: 'function', function: { name: 'lab-run', arguments: '{"given":1}' } };
    const message =
      sent.length > ROUNDS ? { role: 'assistant', content: 'Done.' } : { role: 'assistant', tool_calls: [call] };
    return { choices: [{ index: 0, message, finish_reason: 'stop' }] };
  };
  return { chat: { completions: { create } } };
}

describe('Requests that repeat what was sent before', () => {
  for (const strict of [false, true]) {
    it(`are not changed by what a client writes into an earlier one (${strict ? 'strict' : 'plain'})`, async () => {
      const sent: string[] = [];
      const kernel = new Kernel({
        services: new OpenAIChatCompletion({ client: aScribblingClient(sent), model: 'model' }),
      });
      const input = { type: 'object', properties: { given: { type: 'integer' } }, required: ['given'] };
      kernel.addPlugin(definePlugin('lab', [defineFunction({ name: 'run', input, strict }, () => 'the result')]));
      const result = await kernel.chat('Go.', { functions: FunctionChoiceBehavior.auto() });
      expect(result.text).to.equal('Done.');
      expect(sent).to.have.length(ROUNDS + 1);
      expect(sent.at(-1)).to.not.contain('scribbled');
      expect(sent.at(-1)).to.contain('call_1').and.contain('the result');
    });
  }

  it('are made anew of messages that can be written to: a client may take out of them what its server does not know', async () => {
    const { bodies, ask } = aService((body) => {
      for (const message of (body as { messages: Record<string, unknown>[] }).messages) {
        delete message['reasoning_content'];
        for (const call of (message['tool_calls'] ?? []) as Record<string, unknown>[]) delete call['extra_content'];
      }
    });
    const signed = { id: '1', name: 'run', arguments: '{}', extra: { extra_content: 'the signature' } };
    const messages: ChatMessage[] = [
      Object.freeze({ role: 'user', content: 'Go.' }),
      { role: 'assistant', content: 'Hm.', extra: { reasoning_content: 'the thinking' } },
      Object.freeze({ role: 'assistant', content: null, toolCalls: [signed] }),
      { role: 'tool', toolCallId: '1', name: 'run', content: 'ran' },
    ];
    await ask({ messages });
    await ask({ messages });
    expect(bodies[1]).to.equal(bodies[0]).and.contain('the thinking').and.contain('the signature');
  });

  it('have in them what stands at a place now, behind the same first message', async () => {
    const { bodies, ask } = aService();
    const fixed = (content: string): ChatMessage => Object.freeze({ role: 'user', content });
    const first = fixed('first');
    for (const content of ['one', 'two', 'one']) await ask({ messages: [first, fixed(content)] });
    const open: ChatMessage = { role: 'user', content: 'two' };
    await ask({ messages: [first, open] });
    open.content = 'one';
    await ask({ messages: [first, open] });
    const said = bodies.map((body) => /one|two/.exec(body)?.[0]);
    expect(said).to.deep.equal(['one', 'two', 'one', 'two', 'one']);
  });

  it('hold no fields of a service’s, nor schemas, from before they were written to', async () => {
    const { bodies, ask } = aService();
    const details = [{ text: 'old' }];
    const extra = { reasoning_details: details };
    const answer: ChatMessage = Object.freeze({ role: 'assistant', content: 'Hm.', extra });
    const parameters = { type: 'object', title: 'old' };
    const request: ChatRequest = {
      messages: [Object.freeze({ role: 'user', content: 'Go.' }), answer],
      tools: [Object.freeze({ name: 'run', description: '', parameters })],
    };
    await ask(request);
    extra.reasoning_details = [{ text: 'new' }];
    parameters.title = 'new';
    await ask(request);
    expect(bodies.map((body) => body.match(/old|new/g))).to.deep.equal([
      ['old', 'old'],
      ['new', 'new'],
    ]);
    expect([details, extra, parameters].map(Object.isFrozen)).to.deep.equal([false, false, false]);
  });
});

/** A service, and the bodies that its client is given; the client does something to each once it has been sent. */
function aService(afterwards: (body: object) => void = () => {}): {
  readonly bodies: string[];
  readonly ask: (request: ChatRequest) => Promise<ChatResponse>;
} {
  const bodies: string[] = [];
  const create = async (body: object): Promise<object> => {
    bodies.push(JSON.stringify(body));
    afterwards(body);
    return { choices: [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }] };
  };
  const service = new OpenAIChatCompletion({ client: { chat: { completions: { create } } }, model: 'model' });
  return { bodies, ask: (request) => service.complete(request, { signal: new AbortController().signal }) };
}
