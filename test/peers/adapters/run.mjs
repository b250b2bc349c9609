// Runs every *.test.mjs of this folder in a process of its own, and ends with exit code 1 if one fails. Those named
// *.node-22.test.mjs run there, by npx if need be.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = new URL('.', import.meta.url);
const ROOT = new URL('../../../', HERE);
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const TIMEOUT_MS = 60_000;

// A copy, where a link would do for users: from its real place the package does not see the frameworks installed here.
const installed = new URL('node_modules/dynamic-sessions-kernel/', HERE);
rmSync(installed, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });
for (const part of ['package.json', 'dist']) {
  cpSync(fileURLToPath(new URL(part, ROOT)), fileURLToPath(new URL(part, installed)), { recursive: true });
}

const [wanted] = process.argv.slice(2);
const tests = readdirSync(HERE)
  .filter((name) => name.endsWith('.test.mjs') && (wanted === undefined || name.startsWith(wanted)))
  .sort();
const failed = tests.filter((name) => !passes(name));
console.log(`${tests.length - failed.length} of ${tests.length} adapters passed`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 || tests.length === 0 ? 1 : 0;

function passes(name) {
  console.log(`\n── ${name}`);
  const [command, ...args] = nodeFor(name);
  const test = fileURLToPath(new URL(name, HERE));
  args.push(MOCHA, '--no-config', '--timeout', String(TIMEOUT_MS), test);
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

function nodeFor(name) {
  const isOlder = Number.parseInt(process.versions.node, 10) < 22;
  return name.includes('.node-22.') && isOlder ? ['npx', '-y', 'node@22'] : [process.execPath];
}
