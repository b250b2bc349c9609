// Runs every *.test.mjs of this folder in a process of its own, and ends with exit code 1 if one fails.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = new URL('.', import.meta.url);
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const TIMEOUT_MS = 60_000;

// The tests import the package by its name, as its users do: the built package of this checkout.
const link = new URL('node_modules/dynamic-sessions-kernel', HERE);
rmSync(link, { recursive: true, force: true });
symlinkSync('../../..', link, 'junction');

const [wanted] = process.argv.slice(2);
const tests = readdirSync(HERE)
  .filter((name) => name.endsWith('.test.mjs') && (wanted === undefined || name.startsWith(wanted)))
  .sort();
const failed = tests.filter((name) => !passes(name));
console.log(`${tests.length - failed.length} of ${tests.length} peers passed`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 || tests.length === 0 ? 1 : 0;

function passes(name) {
  console.log(`\n── ${name}`);
  const args = [MOCHA, '--no-config', '--timeout', String(TIMEOUT_MS), fileURLToPath(new URL(name, HERE))];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}
