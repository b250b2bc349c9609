import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { printable } from './printable.js';

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
const SIGNAL_BASE = 128;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a command with variables added to its environment, and gives the exit code that a shell would. */
export function runCommand(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<number> {
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal has told the command of Ctrl+C already; twice would mean another thing to many.
    if (signal !== 'SIGINT' || !isAtTerminal()) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise<number>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      console.error(printable(`error: ${command}: ${error.code === 'ENOENT' ? 'command not found' : error.message}`));
      resolve(error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once('close', (code, signal) => resolve(code ?? SIGNAL_BASE + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
  });
}

function isAtTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}
