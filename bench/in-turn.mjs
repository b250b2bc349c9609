import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Runs a program for each candidate in turn, again and again, so that a busy moment of the machine meets them all, and
 * takes the median of each figure.
 *
 * @param program beside this file; it is given the candidate and `args`, and writes an object of figures as JSON
 */
export async function inTurn({ program, candidates, runs, args = [] }) {
  const samples = new Map(candidates.map((candidate) => [candidate, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const candidate of candidates) samples.get(candidate).push(await measure(program, [candidate, ...args]));
  }
  return Object.fromEntries([...samples].map(([candidate, list]) => [candidate, medianOfEach(list)]));
}

async function measure(program, args) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', file, ...args.map(String)]);
  return JSON.parse(stdout);
}

function medianOfEach(list) {
  return Object.fromEntries(Object.keys(list[0]).map((field) => [field, median(list.map((sample) => sample[field]))]));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
