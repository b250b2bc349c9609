// Python for every MCP client (Claude, VS Code, Cursor, …): this file is the server when it is started with `serve`, as a
// client's settings would start it, and else a client that does so over stdio.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { createMcpServer } from 'dynamic-sessions-kernel/mcp';

if (process.argv[2] === 'serve') await serve();
else await ask();

async function serve(): Promise<void> {
  const emulator = await SessionPoolEmulator.start(); // In production: new SessionsPythonTool() alone.
  const python = new SessionsPythonTool(emulator.connection);
  serveStdio(() => {
    const server = createMcpServer(python, { name: 'python', names: { execute_code: 'run_python' } });
    // A client is told that a call failed; that the token was refused, only you are.
    return Object.assign(server, { onerror: (error: Error) => console.error(error.message) });
  });
  process.stdin.once('end', async () => {
    await python.close();
    await emulator.stop();
  });
}

async function ask(): Promise<void> {
  const client = new Client({ name: 'sample', version: '1.0.0' });
  const args = ['--import=tsx', fileURLToPath(import.meta.url), 'serve'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  try {
    const { tools } = await client.listTools();
    console.log(`tools: ${tools.map(({ name }) => name).join(', ')}`);
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['run_python', 'list_files'],
    );

    const { content } = await client.callTool({ name: 'run_python', arguments: { code: 'sum(range(101))' } });
    const [answer] = content;
    console.log(answer?.type === 'text' ? answer.text : answer);
    assert.deepEqual(content, [{ type: 'text', text: 'Status: Succeeded\nResult: 5050' }]);

    const wrong = await client.callTool({ name: 'run_python', arguments: { python: '1' } });
    assert.equal(wrong.isError, true);
  } finally {
    await client.close();
  }
}
