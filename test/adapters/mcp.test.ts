import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { InMemoryTransport, createMcpHandler } from '@modelcontextprotocol/server';
import { expect } from 'chai';
import { createMcpServer } from '../../src/adapters/mcp.js';
import type { McpServerOptions } from '../../src/adapters/mcp.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import {
  FunctionError,
  Kernel,
  SessionsError,
  SessionsPythonTool,
  defineFunction,
  definePlugin,
  deriveSessionId,
} from '../../src/index.js';
import type { FunctionOptions, InvocationScope, KernelArguments, KernelPlugin } from '../../src/index.js';
import { aPromise, closed } from '../helpers/a-kernel.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';
import { PNG_BYTES, SHOWS_A_PICTURE } from './a-picture.js';

type Body = (input: Record<string, unknown>, scope: InvocationScope) => unknown;

const TEXT = closed({ text: { type: 'string' } }, ['text']);

function lab(body: Body, options: FunctionOptions = {}, name = 'lab'): KernelPlugin {
  return definePlugin(name, [
    defineFunction({ description: 'Runs.', input: TEXT, ...options, name: 'run' }, body),
    defineFunction({ name: 'secret', input: TEXT, modelVisible: false }, body),
  ]);
}

describe('createMcpServer', () => {
  const clients: Client[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

  async function connect(
    plugins: object | readonly object[],
    options?: McpServerOptions,
    onerror?: (error: Error) => void,
  ): Promise<Client> {
    const server = createMcpServer(plugins, options);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has no other way
    if (onerror !== undefined) server.onerror = onerror;
    const client = aClient();
    const [one, other] = InMemoryTransport.createLinkedPair();
    await Promise.all([server.connect(one), client.connect(other)]);
    return client;
  }

  function aClient(options?: ClientOptions): Client {
    const client = new Client({ name: 'a-client', version: '1.0.0' }, options);
    clients.push(client);
    return client;
  }

  it('lists what a model may see, with its schema', async () => {
    const client = await connect(lab(() => ''));
    const { tools } = await client.listTools();
    expect(tools).to.deep.equal([{ name: 'run', description: 'Runs.', inputSchema: TEXT }]);
  });

  it('presents itself as this package, or as it is told', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const plain = await connect(lab(() => ''));
    expect(plain.getServerVersion()).to.deep.include({ name: 'dynamic-sessions-kernel', version });
    const named = await connect(
      lab(() => ''),
      { name: 'calculator', version: '2.1.0' },
    );
    expect(named.getServerVersion()).to.deep.include({ name: 'calculator', version: '2.1.0' });
  });

  it('refuses an option that there is none of, which may have been meant to keep users apart', () => {
    const error = thrownBy(() =>
      createMcpServer(
        lab(() => ''),
        untyped({ argument: { sessionId: 'x' } }),
      ),
    );
    expect(error).to.have.property('code', 'invalid_options');
    expect(error).to.have.property('message').that.contains('`names`, `arguments`, `name`, `version`');
  });

  it('takes options of an instance of a class, whose fields may be inherited', async () => {
    class Settings {
      get name(): string {
        return 'calculator';
      }
      get names(): Record<string, string> {
        return { execute_code: 'python' };
      }
      get arguments(): KernelArguments {
        return { sessionId: 'of-this-user' };
      }
    }
    const received: unknown[] = [];
    const run = defineFunction({ name: 'execute_code', input: TEXT }, (_input, scope) => {
      received.push(scope.arguments);
    });
    const client = await connect(definePlugin('lab', [run]), new Settings());
    expect(client.getServerVersion()).to.include({ name: 'calculator' });
    await client.callTool({ name: 'python', arguments: { text: '' } });
    expect(received).to.deep.equal([{ sessionId: 'of-this-user' }]);
  });

  it('names the functions of several plugins with them, and refuses two of one name', async () => {
    const kernel = new Kernel();
    const renamed = kernel.addPlugin(
      lab(() => 'second'),
      'other',
    );
    const client = await connect([lab(() => 'first'), renamed]);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).to.deep.equal(['lab-run', 'other-run']);
    const { content } = await client.callTool({ name: 'other-run', arguments: { text: '' } });
    expect(content).to.deep.equal([{ type: 'text', text: 'second' }]);
    expect(thrownBy(() => createMcpServer([lab(() => ''), lab(() => '')]))).to.have.property(
      'code',
      'duplicate_plugin',
    );
  });

  it('answers a call to what it does not show as unknown', async () => {
    const calls: unknown[] = [];
    const client = await connect(lab((input) => calls.push(input)));
    for (const name of ['secret', 'lab-run', 'nobody', 'toString']) {
      const error = await rejectionOf(client.callTool({ name, arguments: { text: '' } }));
      expect(error).to.have.property('code', -32_602);
      expect(error.message).to.contain(`Unknown tool: ${name}`);
    }
    expect(calls).to.deep.equal([]);
  });

  it('says what is wrong with the arguments before the function runs, and takes no hidden one', async () => {
    const python = new SessionsPythonTool({ poolManagementEndpoint: 'http://localhost/p', authCallback: () => 't' });
    const client = await connect(python);
    const { tools } = await client.listTools();
    expect(tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties ?? {})])).to.deep.equal([
      ['execute_code', ['code']],
      ['list_files', []],
    ]);
    const outcome = await client.callTool({ name: 'execute_code', arguments: { code: '1', sessionId: 'of-another' } });
    expect(outcome).to.deep.include({ isError: true });
    expect(outcome.content).to.deep.equal([
      {
        type: 'text',
        text: 'Error: invalid arguments for "execute_code":\n- sessionId: is not a parameter\nCorrect the arguments and call the function again.',
      },
    ]);
    const none = await client.callTool({ name: 'execute_code' });
    expect(none.content[0]).to.have.property('text').that.contains('code: is required');
  });

  it('gives an object as structured content too, unless it was cut', async () => {
    const client = await connect(lab(({ text }) => ({ said: text }), { maxResultChars: 40 }));
    expect(await client.callTool({ name: 'run', arguments: { text: 'yes' } })).to.deep.include({
      content: [{ type: 'text', text: '{"said":"yes"}' }],
      structuredContent: { said: 'yes' },
    });
    const cut = await client.callTool({ name: 'run', arguments: { text: 'x'.repeat(100) } });
    expect(cut).not.to.have.property('structuredContent');
  });

  it('tells the client of a failure what the function says, and of a fatal one only the server', async () => {
    const errors: Error[] = [];
    const fatal = new SessionsError('unauthorized', 'The audience is wrong.');
    const plugin = lab(({ text }) => {
      throw text === 'fatal' ? fatal : new FunctionError('Try another city.');
    });
    const client = await connect(plugin, {}, (error) => errors.push(error));
    const spoken = await client.callTool({ name: 'run', arguments: { text: '' } });
    expect(spoken).to.deep.include({ content: [{ type: 'text', text: 'Error: Try another city.' }], isError: true });
    expect(errors).to.deep.equal([]);
    const silent = await client.callTool({ name: 'run', arguments: { text: 'fatal' } });
    expect(silent).to.deep.include({ content: [{ type: 'text', text: 'Error: "run" failed.' }], isError: true });
    expect(errors.map(({ cause }) => cause)).to.deep.equal([fatal]);
  });

  it('aborts the function when the client cancels', async () => {
    const begun = aPromise<AbortSignal>();
    const ended = aPromise();
    const plugin = lab((_, { signal }) => {
      signal.addEventListener('abort', () => ended.resolve());
      begun.resolve(signal);
      return new Promise(() => {});
    });
    const client = await connect(plugin);
    const controller = new AbortController();
    const call = rejectionOf(client.callTool({ name: 'run', arguments: { text: '' } }, { signal: controller.signal }));
    await begun.promise;
    controller.abort(new Error('enough'));
    await Promise.all([ended.promise, call]);
  });

  describe('with Python', () => {
    let emulator: SessionPoolEmulator;
    before(async () => {
      emulator = await SessionPoolEmulator.start();
    });
    after(() => emulator.stop());

    it('runs over stdio, in a process of its own, and shows figures to the user', async () => {
      const program = fileURLToPath(new URL('stdio-server-program.js', import.meta.url));
      const args = [program, emulator.poolManagementEndpoint, emulator.token];
      const client = aClient();
      await client.connect(new StdioClientTransport({ command: process.execPath, args }));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).to.deep.equal(['python', 'list_files']);
      const first = await client.callTool({ name: 'python', arguments: { code: 'total = sum(range(101))\ntotal' } });
      expect(first.content).to.deep.equal([{ type: 'text', text: 'Status: Succeeded\nResult: 5050' }]);
      const failed = await client.callTool({ name: 'python', arguments: { code: 'total / 0' } });
      expect(failed.isError).to.equal(undefined);
      expect(failed.content[0]).to.have.property('text').that.contains('ZeroDivisionError');
      const figure = await client.callTool({ name: 'python', arguments: { code: SHOWS_A_PICTURE } });
      expect(figure.content[1]).to.deep.equal({
        type: 'image',
        data: PNG_BYTES.toString('base64'),
        mimeType: 'image/png',
        annotations: { audience: ['user'] },
      });
    });

    for (const mode of ['legacy', 'auto'] as const) {
      it(`runs over streamable HTTP, each user in a session of their own (${mode} client)`, async () => {
        const tool = new SessionsPythonTool(emulator.connection);
        const handler = createMcpHandler(({ requestInfo }) => {
          const user = requestInfo?.headers.get('x-user') ?? '';
          return createMcpServer(tool, { arguments: { sessionId: deriveSessionId('x'.repeat(32), mode, user) } });
        });
        const server = createServer(toNodeHandler(handler));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
        try {
          const run = async (user: string, code: string): Promise<unknown> => {
            const client = aClient({ versionNegotiation: { mode } });
            await client.connect(
              new StreamableHTTPClientTransport(url, { requestInit: { headers: { 'x-user': user } } }),
            );
            const { content } = await client.callTool({ name: 'execute_code', arguments: { code } });
            return content;
          };
          await run('alice', 'owner = "alice"');
          expect(await run('alice', 'owner')).to.deep.equal([
            { type: 'text', text: 'Status: Succeeded\nResult: alice' },
          ]);
          expect(await run('bob', '"owner" in globals()')).to.deep.equal([
            { type: 'text', text: 'Status: Succeeded\nResult: false' },
          ]);
        } finally {
          await handler.close();
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        }
      });
    }
  });
});
