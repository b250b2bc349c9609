// Tokens from a company's own broker: a service behind HTTP that knows who may use the session pool. All that is needed
// is one function; keeping tokens, renewing them and sharing one request among all who wait is the library's work.
// Here the broker is started below, and the pool is an emulator; its tokens live for an hour.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuthCallback, SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

const emulator = await SessionPoolEmulator.start();
const broker = await startBroker(emulator.token);

const authCallback: AuthCallback = async ({ scope, forceRefresh, signal }) => {
  const url = new URL('/token', broker.origin);
  url.searchParams.set('scope', scope);
  if (forceRefresh) url.searchParams.set('fresh', 'true'); // The pool has rejected the last one.
  const response = await fetch(url, { headers: { 'x-api-key': 'key-of-this-application' }, signal: signal ?? null });
  if (!response.ok) throw new Error(`The token broker answered ${response.status}.`);
  const { accessToken, expiresInSeconds } = (await response.json()) as {
    accessToken: string;
    expiresInSeconds: number;
  };
  return { token: accessToken, expiresOnTimestamp: Date.now() + expiresInSeconds * 1000 };
};

const python = new SessionsPythonTool({ ...emulator.connection, authCallback });
try {
  const results = await Promise.all(['6 * 7', '2 ** 10', 'sum(range(101))'].map((code) => python.executeCode(code)));
  console.log(results.map(({ value }) => value).join(', '));
  assert.deepEqual(
    results.map(({ value }) => value),
    [42, 1024, 5050],
  );
  console.log(`the broker was asked ${broker.requests()} time`);
  assert.equal(broker.requests(), 1);
} finally {
  await python.close();
  await emulator.stop();
  broker.stop();
}

/** Stands in for the broker. A real one would ask Entra ID for the token. */
async function startBroker(accessToken: string) {
  let requests = 0;
  const server = createServer(({ headers }, response) => {
    requests += 1;
    const known = headers['x-api-key'] === 'key-of-this-application';
    response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { accessToken, expiresInSeconds: 3600 } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests: () => requests, stop: () => server.close() };
}
