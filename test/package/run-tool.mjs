import { execFile } from 'node:child_process';

const LONGEST_MS = 240_000;

/** Runs a program; one that fails is a result, not an exception. */
export function runTool(program, args, { cwd, env } = {}) {
  const options = {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: LONGEST_MS,
    maxBuffer: 2 ** 26,
    shell: false,
  };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const exitCode = error ? Number(error.code) || 1 : 0;
      resolve({ exitCode, stdout, stderr, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** As `runTool`, but a failure is an exception that shows the output. */
export async function runOrThrow(program, args, options) {
  const outcome = await runTool(program, args, options);
  if (outcome.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${outcome.exitCode}:\n${outcome.output.slice(-4000)}`);
  return outcome;
}
