// Measures, and writes bench/results.md.
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { report } from './report.mjs';

const CANDIDATES = ['kernel', 'run-tools', 'generate-text', 'requests-only', 'kernel-in-memory'];
const LIBRARIES = ['@cfworker/json-schema', 'ajv'];
const LOOPS = [1, 10, 50]
  .map((rounds) => ({ rounds, runs: 5 }))
  .concat([200, 500].map((rounds) => ({ rounds, runs: 3 })));
const SCHEMA_RUNS = 9;

const require = createRequire(import.meta.url);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const server = fork(here('model-server.mjs'));
const [port] = await once(server, 'message');
const loop = [];
for (const { rounds, runs } of LOOPS) {
  console.log(`${rounds} rounds, ${runs} runs of each`);
  // One after the other, again and again, so that a busy moment of the machine meets them all.
  const samples = new Map(CANDIDATES.map((candidate) => [candidate, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const candidate of CANDIDATES)
      samples.get(candidate).push(await measure('measure.mjs', candidate, port, rounds));
  }
  loop.push({ rounds, runs, medians: mediansOf(samples) });
}
server.disconnect();

console.log('JSON Schema libraries');
const samples = new Map(LIBRARIES.map((library) => [library, []]));
for (let run = 0; run < SCHEMA_RUNS; run += 1) {
  for (const library of LIBRARIES) samples.get(library).push(await measure('measure-schema.mjs', library));
}

const machine = {
  cores: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  load: loadavg()[1],
};
const versions = Object.fromEntries(['openai', 'ai', '@ai-sdk/openai', 'ajv', '@cfworker/json-schema'].map(versionOf));
const text = report({ machine, versions, loop, schema: { runs: SCHEMA_RUNS, medians: mediansOf(samples) } });
writeFileSync(here('results.md'), text);
console.log(`\n${text}`);

async function measure(program, ...args) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', here(program), ...args.map(String)]);
  return JSON.parse(stdout);
}

function mediansOf(samplesByName) {
  const medians = [...samplesByName].map(([name, list]) => [
    name,
    Object.fromEntries(Object.keys(list[0]).map((field) => [field, median(list.map((sample) => sample[field]))])),
  ]);
  return Object.fromEntries(medians);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function versionOf(name) {
  const [folder] = require.resolve.paths(name).filter((path) => existing(`${path}/${name}/package.json`));
  return [name, JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version];
}

function existing(path) {
  try {
    return readFileSync(path) !== undefined;
  } catch {
    return false;
  }
}
