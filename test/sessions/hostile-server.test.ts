import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { type Answer, json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const MEGABYTE = 1024 * 1024;
const BOMB = gzipSync(Buffer.alloc(200 * MEGABYTE, ' '));

function aClient(poolManagementEndpoint: string, options: SessionsClientOptions = {}): SessionsClient {
  const authCallback = (): string => 'a-token';
  return new SessionsClient({ poolManagementEndpoint, authCallback, identifier: 'session-1', retries: 0, ...options });
}

describe('a pool that means harm', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = [];
  afterEach(async () => {
    await stopLoopbacks();
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** A server that answers each request with these bytes, whatever they are. */
  async function startRaw(answer: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push({ server, sockets });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  }

  const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

  for (const [what, answer, code] of [
    ['headers without end', `HTTP/1.1 200 OK\r\n${`x-a: ${'b'.repeat(1_000)}\r\n`.repeat(1_000)}`, 'network'],
    ['one endless header', `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(MEGABYTE)}`, 'network'],
    ['no HTTP', '\u0000\u0001 hello\r\n\r\n', 'network'],
    ['two lengths', `${head('content-length: 2', 'content-length: 9')}{}`, 'network'],
    ['a negative length', `${head('content-length: -1')}{}`, 'network'],
    [
      'a length and chunks',
      `${head('content-length: 2', 'transfer-encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
      'network',
    ],
    ['chunks that are none', `${head('transfer-encoding: chunked')}zz\r\n{}\r\n`, 'network'],
    ['no body for JSON', head('content-length: 0'), 'invalid_response'],
    ['a body that is called gzip and is none', `${head('content-encoding: gzip', 'content-length: 2')}{}`, 'network'],
    ['JSON with NaN', `${head('content-length: 13')}{"value": NaN}`.slice(0, -1), 'invalid_response'],
  ] as const) {
    it(`is told for what it is when it sends ${what}`, async () => {
      const client = aClient(await startRaw((socket) => void socket.write(answer)));
      for (const call of [client.listFiles(), client.execute('1')]) {
        expect(await rejectionOf(call)).to.include({ name: 'SessionsError', code });
      }
    });
  }

  it('cannot put a second answer behind the first', async () => {
    const body = '{"value":[]}';
    const answer = `${head(`content-length: ${body.length}`)}${body}`;
    const client = aClient(
      await startRaw((socket) => void socket.write(`${answer}${answer}HTTP/1.1 500 Evil\r\n\r\n`)),
    );
    for (let count = 0; count < 3; count += 1) {
      expect(await client.listFiles().catch((error: unknown) => Reflect.get(Object(error), 'code'))).to.deep.equal([]);
    }
  });

  it('cannot fill the memory with an answer that unpacks to more and more', async () => {
    const bomb: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(BOMB);
    };
    const refusing: Answer = (_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(BOMB);
    };
    const server = await startLoopback(bomb, bomb, refusing);
    const client = aClient(server.endpoint);
    const read = await rejectionOf(client.listFiles());
    expect(read).to.include({
      code: 'invalid_response',
      message: 'Listing the files failed: the answer is too large to be read.',
    });
    const run = await rejectionOf(client.execute('1'));
    expect(run.message).to.contain('too large to be read. The code may have run');
    expect(await rejectionOf(client.listFiles()))
      .to.have.property('code')
      .that.is.oneOf(['invalid_request', 'invalid_response']);
  });

  it('cannot fill the memory with a file without end, nor send one that is packed', async () => {
    const piece = Buffer.alloc(64 * 1024);
    const server = await startLoopback((request, response) => {
      const more = (): void => {
        if (request.socket.destroyed) return;
        if (response.write(piece)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const client = aClient(server.endpoint);
    const error = await rejectionOf(client.downloadFile('x', { maxBytes: 5 * MEGABYTE }));
    expect(error).to.include({ code: 'too_large', fatal: false });
    expect(error.message).to.contain('larger than 5242880 bytes');
    const stream = new WritableStream();
    expect(await rejectionOf(client.downloadFile('x', { to: stream, maxBytes: MEGABYTE }))).to.include({
      code: 'too_large',
    });
    expect(await rejectionOf(client.downloadFile('x', { maxBytes: Number.NaN }))).to.include({
      code: 'invalid_options',
    });
  });

  it('cannot make a listing grow without end', async () => {
    const server = await startLoopback((request, response) => {
      const skip = Number(request.url.searchParams.get('skip') ?? 0) + 1;
      json(200, { value: [{ name: 'x' }], nextLink: `files?skip=${skip}` })(request, response);
    });
    const error = await rejectionOf(aClient(server.endpoint).listFiles());
    expect(error).to.include({ code: 'invalid_response' });
    expect(error.message).to.contain('more than 1000 pages');
  });

  it('cannot reach the prototypes of this program', async () => {
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const server = await startLoopback((request, response) => {
      const value = `,"value":[${evil},"name":"__proto__","type":"__proto__"}],"status":"__proto__"}`;
      const bodies: Record<string, string> = { GET: evil + value, POST: `${evil},"status":"constructor"}` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(bodies[request.method]);
    });
    const client = aClient(server.endpoint);
    const [file] = await client.listFiles();
    expect(file).to.include({ name: '__proto__', type: 'file', fullPath: '/mnt/data/__proto__' });
    expect(await rejectionOf(client.execute('1'))).to.include({ code: 'invalid_response' });
    expect(Reflect.get({}, 'polluted')).to.equal(undefined);
  });

  it('cannot round a number that is too large for JavaScript, wherever it stands', async () => {
    const numbers = ['9007199254740993', '-123456789012345678901234567890', '9007199254740991', '1e3', '0.1'];
    let next = 0;
    const server = await startLoopback((_request, response) => {
      const value = numbers[next++];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        `{"status":"Succeeded","result":{"stdout":"\\"result\\": 12345678901234567890,","executionResult" : ${value} }}`,
      );
    });
    const client = aClient(server.endpoint);
    const values = [];
    for (const _number of numbers) {
      const result = await client.execute('1');
      expect(result.stdout).to.equal('"result": 12345678901234567890,');
      values.push(result.value);
    }
    expect(values).to.deep.equal(['9007199254740993', '-123456789012345678901234567890', 9007199254740991, 1000, 0.1]);
  });
});
