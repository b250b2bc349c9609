// Runs in a process of its own, whose environment names a proxy and which trusts the certificate of the pool; prints what
// it has seen as JSON.
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { startConnectProxy } from '../helpers/a-connect-proxy.js';

const [key = '', cert = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const received: string[] = [];
let held: (() => void)[] | undefined;
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  received.push(`${request.headers.host} ${request.headers.authorization}`);
  const reply = (): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'e', status: 'Succeeded', result: { executionResult: 42 } }));
  };
  request.resume().on('end', () => (held === undefined ? reply() : void held.push(reply)));
};
const remote = createServer({ key, cert }, answer);
const local = createPlainServer(answer);
for (const server of [remote, local]) await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
const portOf = (server: typeof local): number => (server.address() as AddressInfo).port;

const proxy = await startConnectProxy(portOf(remote));
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) process.env[name] = proxy.origin;
for (const name of ['NO_PROXY', 'no_proxy']) delete process.env[name];

/** Runs code twice: the second time there may be a connection already. */
async function run(poolManagementEndpoint: string, options: SessionsClientOptions = {}): Promise<object> {
  const authCallback = (): string => 'a-token';
  const own = { poolManagementEndpoint, authCallback, identifier: 'proxied', retries: 0 };
  const client = new SessionsClient({ ...own, ...options });
  const [from, tunnelsBefore] = [received.length, proxy.tunnels.length];
  const runs = [client.execute('6 * 7'), client.execute('6 * 7')];
  await Promise.allSettled(runs);
  const outcome = await Promise.all(runs)
    .then((results) => results.map(({ value }) => value))
    .catch((error: unknown) => ({ code: Reflect.get(Object(error), 'code'), message: String(error) }));
  return { outcome, received: received.slice(from), tunnels: proxy.tunnels.slice(tunnelsBefore) };
}

/** Runs six times at once with two connections, and gives how many requests there were at most before one was answered. */
async function runManyAtOnce(poolManagementEndpoint: string): Promise<object> {
  const options = { poolManagementEndpoint, authCallback: () => 'a-token', identifier: 'proxied', retries: 0 };
  const client = new SessionsClient({ ...options, maxSockets: 2 });
  const waiting: (() => void)[] = (held = []);
  const tunnelsBefore = proxy.tunnels.length;
  let most = 0;
  const runs = Promise.all(Array.from({ length: 6 }, () => client.execute('6 * 7')));
  for (let left = 6; left > 0; left -= 1) {
    while (waiting.length < Math.min(2, left)) await new Promise((resolve) => setImmediate(resolve));
    // Long enough for a third to arrive, if there were no limit.
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, waiting.length);
    waiting.shift()?.();
  }
  held = undefined;
  return { values: (await runs).map(({ value }) => value), most, tunnels: proxy.tunnels.length - tunnelsBefore };
}

const seen: Record<string, unknown> = {
  'a pool elsewhere': await run('https://pool.example/p'),
  'a pool on 127.0.0.1': await run(`http://127.0.0.1:${portOf(local)}/p`),
  'a pool on localhost': await run(`http://localhost:${portOf(local)}/p`),
};
seen['many at once'] = await runManyAtOnce('https://pool.example/p');
proxy.refuse('407 Proxy Authentication Required');
seen['a proxy that refuses'] = await run('https://pool.example/p');
for (const status of [401, 403, 429, 503]) {
  proxy.refuse(`${status} Refused\r\nretry-after: 0`);
  seen[`a proxy that refuses with ${status}`] = await run('https://pool.example/p', { retries: 1 });
}
await proxy.stop();
seen['a proxy that is gone'] = await run('https://pool.example/p');

const { plainRequests, headers } = proxy;
process.stdout.write(JSON.stringify({ ...seen, plainRequests, headers }), () => process.exit());
