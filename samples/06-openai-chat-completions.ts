// The interpreter as a tool of the `openai` package, on Chat Completions: with a loop of your own, and no kernel. Here a mock
// server stands in for the model, so that the sample runs anywhere; with `new OpenAI()` it is OpenAI's.
import assert from 'node:assert/strict';
import { LLMock } from '@copilotkit/aimock';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { executeToolCalls, getToolDefinition } from 'dynamic-sessions-kernel/openai';
import { OpenAI } from 'openai';

const model = new LLMock({ port: 0, logLevel: 'silent' });
// It first calls a function that there is not, then runs Python under the name that some models expect, then answers.
model.on({ predicate: () => true }, ({ messages }) => {
  const code = 'sum(all(n % d for d in range(2, n)) for n in range(2, 1000))';
  const answered = messages.filter(({ role }) => role === 'tool').length;
  const name = ['run_sql', 'code_interpreter'][answered];
  if (name === undefined) return { content: `Python says: ${String(messages.at(-1)?.content)}` };
  return { toolCalls: [{ name, arguments: JSON.stringify({ python_code: code }) }] };
});
await model.start();

const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
const client = new OpenAI({ apiKey: 'key', baseURL: `${model.url}/v1` });
try {
  const as = 'code_interpreter'; // What the model calls `execute_code` here.
  const tools = [
    getToolDefinition(python, { api: 'chat', as }),
    getToolDefinition(python, { api: 'chat', name: 'list_files' }),
  ];
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'How many primes are below 1000?' }];
  for (let round = 1; round <= 5; round += 1) {
    const completion = await client.chat.completions.create({ model: 'gpt-4.1', messages, tools });
    messages.push(...completion.choices.map(({ message }) => message));
    // One message for each call, in order. What the model did wrong is told to it.
    const answers = await executeToolCalls(python, completion, { as });
    for (const answer of answers) console.log(`> ${answer.content}`);
    if (answers.length === 0) break;
    messages.push(...answers);
  }
  console.log(messages.at(-1)?.content);
  assert.equal(messages.at(-1)?.content, 'Python says: Status: Succeeded\nResult: 168');
  assert.match(String(messages[2]?.content), /^Error: there is no function named "run_sql"/);
} finally {
  await python.close();
  await emulator.stop();
  await model.stop();
}
