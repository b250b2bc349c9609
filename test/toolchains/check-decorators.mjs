// Compiles the decorator cases in every way there is, runs them, and compares what a kernel makes of them.
import assert from 'node:assert/strict';
import { COMPILATIONS } from './compilers.mjs';
import { INFERRED, LEGACY, SHARED, STANDARD } from './expected.mjs';
import { runProgram } from './run-program.mjs';

/** One check per compilation. */
export const DECORATOR_CHECKS = COMPILATIONS.map((compilation) => ({
  name: `${compilation.name}, ${compilation.mode} decorators`,
  run: () => check(compilation),
}));

async function check(compilation) {
  const { program, flags, environment } = await compilation.prepare(compilation);
  const { exitCode, stdout, output } = await runProgram([...flags, program], environment);
  if (exitCode !== 0) throw new Error(output);
  assert.deepEqual(JSON.parse(stdout), expectedOf(compilation));
  return `${SHARED.functions.length} functions, ${Object.keys(SHARED.results).length} calls`;
}

function expectedOf({ mode, records }) {
  if (mode === 'standard') return { shared: SHARED, standard: STANDARD };
  return { shared: SHARED, legacy: LEGACY, inferred: records ? INFERRED : 'KernelError invalid_metadata' };
}
