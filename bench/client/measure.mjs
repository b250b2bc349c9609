// One candidate in a process of its own; prints what was measured as JSON.
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CANDIDATES } from './candidates.mjs';

const [candidate, what, endpoint] = process.argv.slice(2);
const LEAST_MS = 1_000;
// Until the compiler has settled: what runs once an execution is compiled late.
const WARM_UP = 8_000;
const FILE_BYTES = 100 * 2 ** 20;
const AT_ONCE = 1_000;

const client = await CANDIDATES[candidate](endpoint);
const measured = await { execution, concurrent, upload, download }[what]();
process.stdout.write(JSON.stringify(measured));
process.exit();

async function execution() {
  for (let run = 0; run < WARM_UP; run += 1) await checked();
  let runs = 0;
  return perUnit(async () => {
    for (const start = performance.now(); performance.now() - start < LEAST_MS; runs += 1) await checked();
    return runs;
  });
}

async function concurrent() {
  for (let run = 0; run < WARM_UP / AT_ONCE; run += 1) await Promise.all(Array.from({ length: AT_ONCE }, checked));
  const measured = await perUnit(async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, checked));
    return AT_ONCE;
  });
  return { ...measured, peakMb: process.resourceUsage().maxRSS / 1024 };
}

function upload() {
  return transfer(async (folder, bytes) => {
    const path = join(folder, `${bytes}.bin`);
    writeFileSync(path, '');
    truncateSync(path, bytes);
    return () => client.upload(path);
  });
}

function download() {
  return transfer(async (folder, bytes) => async () => {
    const path = join(folder, 'file');
    await client.download(bytes, path);
    const { size } = statSync(path);
    if (size !== bytes) throw new Error(`${candidate} wrote ${size} bytes of ${bytes}.`);
  });
}

async function transfer(prepare) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const small = await prepare(folder, 2 ** 20);
    for (let run = 0; run < 5; run += 1) await small();
    const whole = await prepare(folder, FILE_BYTES);
    const before = process.memoryUsage().rss;
    const measured = await perUnit(async () => {
      await whole();
      return 1;
    });
    return { ...measured, peakMb: Math.max(0, process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function perUnit(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const units = await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMicros: (user + system) / units, wallMicros: (wallMs * 1000) / units };
}

async function checked() {
  const value = await client.execute();
  if (value !== 5050) throw new Error(`${candidate} answered ${JSON.stringify(value)}.`);
}
