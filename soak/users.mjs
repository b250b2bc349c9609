// Fifty users of one client, one tool and one kernel, for as long as asked. Reports what came of every call and what the
// process held meanwhile.
import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Kernel, SessionsPythonTool, deriveSessionId } from 'dynamic-sessions-kernel';
import { randomNumbers } from './random.mjs';
import { sampleOf } from './sample.mjs';
import { toolCallingModel } from './tool-calling-model.mjs';
import { User } from './user.mjs';

const [endpoint, issuer, seedText, minutesText, everyText] = process.argv.slice(2);
const SAMPLE_EVERY_MS = Number(everyText);
const USERS = 50;

const unhandled = [];
process.on('unhandledRejection', (reason) => void unhandled.push(String(reason?.stack ?? reason)));
process.on('warning', (warning) => void unhandled.push(`warning: ${warning.message}`));

const controller = new AbortController();
const counts = counter();
const unexpected = [];
let tokens = 0;
const tool = new SessionsPythonTool({
  poolManagementEndpoint: endpoint,
  authCallback: fetchToken,
  waitForCapacityMs: 60_000,
  retries: 5,
  sanitizeInput: false,
});
const kernel = new Kernel({ services: toolCallingModel() });
kernel.addPlugin(tool, 'sessions');

const shared = { client: tool.client, kernel, signal: controller.signal, counts, unexpected };
const secret = randomBytes(32);
const until = Date.now() + Number(minutesText) * 60_000;
const samples = [];
const sampling = takeSamples();
await Promise.all(
  Array.from({ length: USERS }, (_, user) => {
    const random = randomNumbers(Number(seedText) + user);
    return new User(`user${user}`, deriveSessionId(secret, String(user)), random, shared).live(until);
  }),
);
await sampling;
const listeners = getEventListeners(controller.signal, 'abort').length;
await tool.close();
await pause(500); // Sockets close after the tool has let go of them.
const leftOver = process.getActiveResourcesInfo().filter((name) => !['PipeWrap', 'Timeout'].includes(name));
process.send({ counts: counts.all(), unexpected, unhandled, samples, listeners, tokens, leftOver });
process.disconnect();

async function fetchToken({ signal }) {
  tokens += 1;
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'sessions' });
  const response = await fetch(`${issuer}/token`, { method: 'POST', body, signal });
  const { access_token: token } = await response.json();
  return token;
}

async function takeSamples() {
  const start = Date.now();
  while (Date.now() < until) {
    await pause(Math.min(SAMPLE_EVERY_MS, Math.max(1, until - Date.now())));
    const listeners = getEventListeners(controller.signal, 'abort').length;
    samples.push({ seconds: Math.round((Date.now() - start) / 1000), calls: counts.total(), listeners, ...sampleOf() });
  }
}

function counter() {
  const byName = new Map();
  let total = 0;
  return {
    add: (name) => {
      total += 1;
      byName.set(name, (byName.get(name) ?? 0) + 1);
    },
    total: () => total,
    all: () => Object.fromEntries([...byName].sort(([a], [b]) => a.localeCompare(b))),
  };
}
