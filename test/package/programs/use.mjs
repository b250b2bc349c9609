// What a stranger writes first, with `import`; the output is compared.
import { Kernel, SessionsPythonTool, kernelFunction } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';

const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
try {
  const model = new ScriptedChatService([
    { toolCalls: [{ name: 'python-execute_code', arguments: { code: 'sum(range(101))' } }] },
    ({ messages }) => messages.at(-1).content,
  ]);
  const kernel = new Kernel({ services: model });
  kernel.addPlugin(python, 'python');
  const { text } = await kernel.chat('What is the sum of the numbers from 0 to 100?');
  console.log(text.replaceAll('\n', ' ').trim(), typeof kernelFunction);
} finally {
  await python.close();
  await emulator.stop();
}
