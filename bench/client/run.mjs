import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const EXECUTING = [
  'http-request',
  'axios',
  'fetch',
  'llamaindex-azure',
  'sessions-client',
  'sessions-tool',
  'kernel-invoke',
];
const TRANSFERRING = ['http-request', 'axios', 'fetch', 'llamaindex-azure', 'sessions-client'];
const MEASUREMENTS = {
  execution: { candidates: EXECUTING, runs: 7 },
  concurrent: { candidates: EXECUTING, runs: 5 },
  upload: { candidates: TRANSFERRING, runs: 5 },
  download: { candidates: TRANSFERRING, runs: 5 },
};

/** The medians of each measurement, by candidate. */
export async function measureClient() {
  const server = fork(here('pool-server.mjs'));
  const [port] = await once(server, 'message');
  const results = {};
  for (const [what, { candidates, runs }] of Object.entries(MEASUREMENTS)) {
    console.log(`${what}, ${runs} runs of each`);
    const samples = Object.fromEntries(candidates.map((candidate) => [candidate, []]));
    // One after the other, again and again, so that a busy moment of the machine meets them all.
    for (let run = 0; run < runs; run += 1) {
      for (const candidate of candidates) samples[candidate].push(await measure(what, candidate, port));
    }
    results[what] = { runs, medians: mapValues(samples, mediansOf) };
  }
  server.disconnect();
  return results;
}

async function measure(what, candidate, port) {
  const args = ['--no-warnings', here('measure.mjs'), what, candidate, `http://127.0.0.1:${port}/pool`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

function mediansOf(list) {
  return Object.fromEntries(Object.keys(list[0]).map((field) => [field, median(list.map((sample) => sample[field]))]));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
