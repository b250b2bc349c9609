// How long importing takes, in processes of their own: the root of the package, and axios alone. Runs alone too, and then
// fails above the limit: node bench/imports.mjs
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Importing the root takes at most so many times as long as importing axios alone. */
export const LARGEST_RATIO = 2;

const CANDIDATES = ['axios', 'dynamic-sessions-kernel'];
const RUNS = 21;
const PROGRAM = `
const before = process.cpuUsage();
const start = performance.now();
await import(process.argv[1]);
const wallMs = performance.now() - start;
console.log(JSON.stringify({ wallMs, cpuMs: process.cpuUsage(before).user / 1000 }));
`;

/**
 * One row for each candidate: the median of what an import took, in milliseconds of the wall clock and of user CPU, and
 * the median of its ratio to axios in the same round.
 */
export async function measureImports({ runs = RUNS } = {}) {
  const rounds = [];
  // One after the other, again and again, so that a busy moment of the machine meets them all.
  for (let run = 0; run < runs; run += 1) {
    const round = new Map();
    for (const candidate of CANDIDATES) round.set(candidate, await measureImport(candidate));
    rounds.push(round);
  }
  return CANDIDATES.map((name) => ({
    name,
    wallMs: median(rounds.map((round) => round.get(name).wallMs)),
    cpuMs: median(rounds.map((round) => round.get(name).cpuMs)),
    wallRatio: median(rounds.map((round) => round.get(name).wallMs / round.get('axios').wallMs)),
    cpuRatio: median(rounds.map((round) => round.get(name).cpuMs / round.get('axios').cpuMs)),
  }));
}

async function measureImport(name) {
  // From inside this checkout, where the package finds itself by its name.
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM, name], { cwd });
  return JSON.parse(stdout);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await measureImports();
  for (const { name, wallMs, cpuMs, wallRatio, cpuRatio } of rows) {
    const figures = [
      `${wallMs.toFixed(0)} ms`,
      `${cpuMs.toFixed(0)} ms of user CPU`,
      `× ${wallRatio.toFixed(2)}`,
      `× ${cpuRatio.toFixed(2)} CPU`,
    ];
    console.log(`${name.padEnd(26)} ${figures.join('   ')}`);
  }
  const { wallRatio } = rows.at(-1);
  if (wallRatio > LARGEST_RATIO) {
    console.error(`Importing the root takes more than ${LARGEST_RATIO} times as long as importing axios alone.`);
    process.exitCode = 1;
  }
}
