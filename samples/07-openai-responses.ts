// The interpreter as a tool of the `openai` package, on the Responses API: one session for each user of an application, with
// a loop of your own, and no kernel. Here a mock server stands in for the model; with `new OpenAI()` it is OpenAI's.
import assert from 'node:assert/strict';
import { LLMock } from '@copilotkit/aimock';
import { SessionsPythonTool, deriveSessionId } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { executeToolCalls, getToolCallArguments, getToolDefinition } from 'dynamic-sessions-kernel/openai';
import { OpenAI } from 'openai';

const model = new LLMock({ port: 0, logLevel: 'silent' });
// It makes two calls at once; the second needs what the first has done.
model.on({ predicate: () => true }, ({ messages }) => {
  if (messages.at(-1)?.role === 'tool') return { content: `That makes ${String(messages.at(-1)?.content).slice(-3)}.` };
  const codes = ['total = globals().get("total", 0) + 100', 'total'];
  return { toolCalls: codes.map((code) => ({ name: 'execute_code', arguments: JSON.stringify({ code }) })) };
});
await model.start();

const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
const client = new OpenAI({ apiKey: 'key', baseURL: `${model.url}/v1` });
const tools = [getToolDefinition(python, { api: 'responses', strict: true })];
try {
  assert.equal(await ask('ada', 'Add 100 to my account.'), 'That makes 100.');
  assert.equal(await ask('ada', 'And again.'), 'That makes 200.');
  // Another user is in another session: the model can neither see nor choose it.
  assert.equal(await ask('eve', 'Add 100 to my account.'), 'That makes 100.');
} finally {
  await python.close();
  await emulator.stop();
  await model.stop();
}

async function ask(user: string, question: string): Promise<string> {
  const sessionId = deriveSessionId('a secret of the application, 32 characters or more', user);
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: question }];
  for (let round = 1; round <= 5; round += 1) {
    const response = await client.responses.create({ model: 'gpt-4.1', input, tools, store: false });
    for (const item of response.output) {
      if (item.type === 'function_call') console.log(`${user} runs: ${String(getToolCallArguments(item)['code'])}`);
    }
    // Calls of one session run one after the other, in the order of the answer.
    const outputs = await executeToolCalls(python, response, { arguments: { sessionId } });
    if (outputs.length === 0) return response.output_text;
    input.push(...(response.output as OpenAI.Responses.ResponseInput), ...outputs);
  }
  throw new Error('The model calls and calls.');
}
