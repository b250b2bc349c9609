// One candidate in a process of its own: what a request takes while the process is young, and once it has settled.
import { performance } from 'node:perf_hooks';

const [candidate, port, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText);
const FIRST_REQUESTS = 500;
// By then the compiler has done its work on all candidates: more of it moves no figure.
const SETTLED_AFTER_REQUESTS = 6000;
// Long enough for several collections of the whole heap, which a shorter time may have or miss.
const SETTLED_LEAST_MS = 3000;

const { prepare } = await import(`./candidates/${candidate}.mjs`);
const run = prepare({ baseURL: `http://127.0.0.1:${port}/v1-${rounds}`, rounds });
let requests = 0;
const first = await measure(() => requests < FIRST_REQUESTS);
while (requests < SETTLED_AFTER_REQUESTS) await checked();
const end = performance.now() + SETTLED_LEAST_MS;
const settled = await measure(() => performance.now() < end);
process.stdout.write(
  JSON.stringify({ cpuMicros: settled.cpu, wallMicros: settled.wall, firstCpuMicros: first.cpu }),
  () => process.exit(),
);

async function measure(goesOn) {
  const before = requests;
  const cpu = process.cpuUsage();
  const start = performance.now();
  while (goesOn()) await checked();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / (requests - before), wall: (wallMs * 1000) / (requests - before) };
}

async function checked() {
  const text = await run();
  if (text !== 'Done.') throw new Error(`${candidate} ended with ${JSON.stringify(text)}.`);
  requests += rounds + 1;
}
