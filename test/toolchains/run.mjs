// Prints what holds under which compiler, and ends with exit code 1 if something does not.
import { rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const HERE = new URL('.', import.meta.url);

// The cases import the package by its name, as its users do: the built package of this checkout.
const link = new URL('node_modules/dynamic-sessions-kernel', HERE);
rmSync(link, { recursive: true, force: true });
symlinkSync('../../..', link, 'junction');
rmSync(new URL('out', HERE), { recursive: true, force: true });

const { DECORATOR_CHECKS } = await import('./check-decorators.mjs');
const { TYPE_CHECKS } = await import('./check-types.mjs');

let failed = 0;
await runAll('Decorators: the same registry under every compiler', DECORATOR_CHECKS);
await runAll('Types: every exported name, used', TYPE_CHECKS);
const all = DECORATOR_CHECKS.length + TYPE_CHECKS.length;
console.log(`\n${all - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runAll(title, checks) {
  console.log(`\n${title}\n`);
  const waiting = [...checks.entries()];
  const lines = [];
  let printed = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, check] = next;
      lines[place] = await lineOf(check);
      for (; lines[printed] !== undefined; printed += 1) console.log(lines[printed]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

async function lineOf({ name, run }) {
  const start = performance.now();
  const outcome = await run().catch((error) => error);
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const isFailure = outcome instanceof Error;
  if (isFailure) failed += 1;
  const line = `  ${isFailure ? 'FAILED' : 'ok    '}  ${name.padEnd(58)} ${seconds.padStart(6)}  ${isFailure ? '' : outcome}`;
  return isFailure ? `${line}\n${String(outcome.message).replace(/^/gm, '      ')}` : line.trimEnd();
}
