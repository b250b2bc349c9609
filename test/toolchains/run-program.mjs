import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LONGEST_MS = 60_000;

/** Runs Node with these arguments; a program that fails is a result, not an exception. */
export function runProgram(args, environment = {}) {
  const options = { cwd: HERE, env: { ...process.env, ...environment }, timeout: LONGEST_MS, maxBuffer: 2 ** 24 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) || 1 : 0, stdout, output: `${stdout}${stderr}`.trim() });
    });
  });
}
