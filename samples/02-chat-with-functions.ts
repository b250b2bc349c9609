// A conversation in which the model runs Python whenever it likes. With OPENAI_API_KEY set a real model answers; without
// it a script stands in for the model, so that the sample runs anywhere.
import assert from 'node:assert/strict';
import { ChatHistory, Kernel, SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { OpenAIChatCompletion } from 'dynamic-sessions-kernel/openai';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';
import { OpenAI } from 'openai';

const questions = ['What is the 50th Fibonacci number? Use Python.', 'And the one after it?'];
const script = new ScriptedChatService([
  runs('a, b = 0, 1\nfor _ in range(50):\n    a, b = b, a + b\na'),
  ({ messages }) => `The 50th Fibonacci number is ${lastNumber(messages.at(-1)?.content)}.`,
  runs('b'),
  ({ messages }) => `The next one is ${lastNumber(messages.at(-1)?.content)}.`,
]);
const hasKey = Boolean(process.env['OPENAI_API_KEY']);
const service = hasKey
  ? new OpenAIChatCompletion({ client: new OpenAI(), model: 'gpt-4.1', profile: 'openai' })
  : script;
if (!hasKey) console.log('(no OPENAI_API_KEY: a script stands in for the model)');

const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
try {
  const kernel = new Kernel({ services: service });
  kernel.addPlugin(python, 'python');
  const history = new ChatHistory().addSystem('Answer in one sentence.');
  const answers: string[] = [];
  for (const question of questions) {
    history.addUser(question);
    const result = await kernel.chat(history);
    console.log(`> ${question}\n${result.text}`);
    for (const { call } of result.calls) console.log(`  (ran ${call.name})`);
    answers.push(result.text.replaceAll(',', ''));
  }
  assert.match(answers[0] ?? '', /12586269025/);
  assert.match(answers[1] ?? '', /20365011074/);
  assert.deepEqual(history.openCalls(), []);
} finally {
  await python.close();
  await emulator.stop();
}

function runs(code: string): { toolCalls: { name: string; arguments: object }[] } {
  return { toolCalls: [{ name: 'python-execute_code', arguments: { code } }] };
}

function lastNumber(text: string | null | undefined): string {
  return text?.match(/\d+/g)?.at(-1) ?? 'unknown';
}
