// The server speaks to clients of the SDK's first version too, of which most hosts are made. Its second version's
// client is among the tests of the adapter.
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { expect } from 'chai';
import { createMcpServer } from 'dynamic-sessions-kernel/mcp';
import { PICTURE, PICTURE_DATA, SUM, aRoad } from './question.mjs';

describe("createMcpServer and the client of the SDK's first version", () => {
  let road;
  let client;
  before(async () => {
    road = await aRoad();
  });
  beforeEach(() => {
    client = new Client({ name: 'a-client', version: '1.0.0' });
  });
  afterEach(() => client.close());
  after(() => road.stop());

  async function runsPython() {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).to.deep.equal(['execute_code', 'list_files']);
    const sum = await client.callTool({ name: 'execute_code', arguments: JSON.parse(SUM) });
    expect(sum.content).to.deep.equal([{ type: 'text', text: 'Status: Succeeded\nResult: 5050' }]);
    const figure = await client.callTool({ name: 'execute_code', arguments: JSON.parse(PICTURE) });
    expect(figure.content[1]).to.include({ type: 'image', data: PICTURE_DATA, mimeType: 'image/png' });
    const wrong = await client.callTool({ name: 'execute_code', arguments: {} });
    expect(wrong.isError).to.equal(true);
  }

  it('runs Python over stdio', async () => {
    const { poolManagementEndpoint, token } = road.emulator;
    const program = fileURLToPath(new URL('mcp-server.mjs', import.meta.url));
    const args = [program, poolManagementEndpoint, token];
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
    await runsPython();
  });

  it('runs Python over streamable HTTP', async () => {
    const handler = createMcpHandler(() => createMcpServer(road.python));
    const fetch = (url, init) => handler.fetch(new Request(url, init));
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
    await runsPython();
    await handler.close();
  });
});
