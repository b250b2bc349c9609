// An hour's worth of mixed work in ten minutes: fifty users against a pool that misbehaves. Writes results.md and
// results.json. `npm run soak -- --minutes 1 --seed 7` for another length or seed; these write nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judge } from './judge.mjs';
import { report } from './report.mjs';

const FULL_MINUTES = 10;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: String(FULL_MINUTES) },
    seed: { type: 'string', default: '20260101' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run soak -- [--minutes 10] [--seed 20260101]');
  process.exit(2);
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sampleEveryMs = Math.max(1_000, (minutes * 60_000) / 60);
const pool = fork(here('pool.mjs'), [String(seed)], { execArgv: ['--expose-gc'] });
const [{ endpoint, issuer }] = await once(pool, 'message');
const args = [endpoint, issuer, seed, minutes, sampleEveryMs].map(String);
const users = fork(here('users.mjs'), args, { execArgv: ['--expose-gc'] });
console.log(`50 users for ${minutes} min, seed ${seed}`);

const poolSamples = [];
let summary;
pool.on('message', (message) => {
  if (message.sample) poolSamples.push(message.sample);
  if (message.summary) summary = message.summary;
});
const sampling = setInterval(() => pool.send({ type: 'sample' }), sampleEveryMs);
const [seen] = await once(users, 'message');
clearInterval(sampling);
const gone = once(pool, 'exit');
pool.send({ type: 'stop' });
await gone;

const lines = judge({ users: seen, pool: summary, poolSamples });
const machine = { cores: availableParallelism(), node: process.version, load: loadavg()[1] };
const text = report({ minutes, seed, machine, users: seen, pool: summary, poolSamples, lines });
console.log(`\n${text}`);
if (minutes === FULL_MINUTES) {
  writeFileSync(here('results.md'), text);
  const kept = { seed, minutes, counts: seen.counts, pool: summary, samples: seen.samples, poolSamples };
  writeFileSync(here('results.json'), `${JSON.stringify(kept, null, 1)}\n`);
}
for (const problem of [...new Set([...seen.unexpected, ...seen.unhandled])].slice(0, 20)) console.error(problem);
process.exitCode = lines.every(({ holds }) => holds) ? 0 : 1;
