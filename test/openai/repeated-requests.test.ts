import { expect } from 'chai';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../src/index.js';
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
});
