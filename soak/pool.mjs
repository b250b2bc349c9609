// The other side, in a process of its own: an identity provider whose tokens live 20 seconds, and an emulator that checks
// them, throttles, breaks connections and lets sessions expire. It counts how often each piece of code ran.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OAuth2Server } from 'oauth2-mock-server';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import { sampleOf } from './sample.mjs';
import { randomNumbers, pick } from './random.mjs';

const TOKEN_LIFETIME_SECONDS = 20;
const AUDIENCE = 'https://dynamicsessions.io';
const FAULT_EVERY_MS = 100;

const random = randomNumbers(Number(process.argv[2]));
// Two generations of names: what would run a second time does so within seconds, and the count shall not grow the heap.
let recent = new Set();
let earlier = new Set();
let runs = 0;
let twice = 0;
setInterval(() => ([earlier, recent] = [recent, new Set()]), 60_000).unref();
const faults = {};
let tokenRequests = 0;

const provider = await startProvider();
const emulator = await SessionPoolEmulator.start({
  engine: 'scripted',
  script: play,
  maxSessions: 45, // Fewer than there are users.
  cooldownSeconds: 3,
  issuer: { url: provider.issuer.url, audience: AUDIENCE },
});

const stopping = new AbortController();
const injecting = injectFaults();
process.on('message', (message) => void answer(message));
process.send({ endpoint: emulator.poolManagementEndpoint, issuer: provider.issuer.url });

async function answer({ type }) {
  if (type === 'sample') {
    process.send({ sample: sampleOf() });
    return;
  }
  stopping.abort();
  await injecting;
  process.send({ summary: { runs, twice, faults, tokenRequests } });
  await emulator.stop();
  await provider.stop();
  process.disconnect();
}

/** What the interpreter does: the code is a small order in JSON. */
async function play(code, { directory }) {
  const order = JSON.parse(code);
  runs += 1;
  if (recent.has(order.id) || earlier.has(order.id)) twice += 1;
  recent.add(order.id);
  if (order.slowMs) await pause(order.slowMs);
  if (order.writes) writeFileSync(join(directory, order.writes), order.id);
  if (order.fails) return { error: { name: 'ValueError', message: order.id } };
  return { value: order.id, stdout: 'x'.repeat(order.prints ?? 0) };
}

async function startProvider() {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  server.issuer.url = `http://127.0.0.1:${server.address().port}`;
  server.service.on('beforeTokenSigning', ({ payload }) => {
    const now = Math.floor(Date.now() / 1000);
    Object.assign(payload, { aud: AUDIENCE, iat: now, exp: now + TOKEN_LIFETIME_SECONDS, jti: String(tokenRequests) });
  });
  server.service.on('beforeResponse', () => void (tokenRequests += 1));
  return server;
}

async function injectFaults() {
  while (!stopping.signal.aborted) {
    await pause(FAULT_EVERY_MS);
    const operation = pick(random, [
      [10, 'execute'],
      [1, 'listFiles'],
      [1, 'uploadFile'],
      [1, 'downloadFile'],
      [1, 'getSession'],
    ]);
    const [name, rule] = pick(random, [
      [4, ['429', { status: 429, headers: { 'retry-after': '1' } }]],
      [2, ['503', { status: 503 }]],
      [2, ['reset before', { reset: 'before' }]],
      [2, ['reset after', { reset: 'after' }]],
      [1, ['truncated', { truncateAt: 10 }]],
      [3, ['slow', { latencyMs: 300 }]],
      [1, ['401', { status: 401 }]],
    ]);
    emulator.failNext({ operation, ...rule });
    faults[`${operation} ${name}`] = (faults[`${operation} ${name}`] ?? 0) + 1;
  }
}
