// One candidate in a process of its own: warms up, runs until enough time has been measured, sends what a round took.
import { performance } from 'node:perf_hooks';

const [candidate, port, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText);
const LEAST_MS = 600;

const { prepare } = await import(`./candidates/${candidate}.mjs`);
const run = prepare({ baseURL: `http://127.0.0.1:${port}/v1-${rounds}`, rounds });
// Until the compiler has settled: a conversation of few rounds needs more of them.
for (let warmed = 0; warmed < 400; warmed += rounds + 1) await checked();
let requests = 0;
const cpu = process.cpuUsage();
const start = performance.now();
while (performance.now() - start < LEAST_MS) {
  await checked();
  requests += rounds + 1;
}
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ cpuMicros: (user + system) / requests, wallMicros: (wallMs * 1000) / requests }));
process.exit();

async function checked() {
  const text = await run();
  if (text !== 'Done.') throw new Error(`${candidate} ended with ${JSON.stringify(text)}.`);
}
