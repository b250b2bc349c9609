import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SessionsError } from '../../errors.js';
import { type Sandbox, sandboxFlags } from './sandbox.js';

/** What stands around an interpreter of the host. */
export type Isolation = { readonly type: 'bwrap'; readonly sandbox: Sandbox } | { readonly type: 'none' };

const TRIAL_LIMIT_MS = 10_000;
const MAX_REASON_CHARACTERS = 300;
const run = promisify(execFile);

/**
 * Bubblewrap, tried out and not only found: many containers have the program and forbid what it needs. Throws
 * `invalid_options` where there is none and it was not said by name that none is wanted.
 */
export async function findIsolation(wanted: 'auto' | 'bwrap' | 'none', runs: string): Promise<Isolation> {
  if (process.platform === 'win32') throw unsupported(runs);
  if (wanted === 'none') {
    process.emitWarning(
      `No isolation: the code that is sent to the emulator runs as you (${runs}).`,
      'EmulatorWarning',
    );
    return { type: 'none' };
  }
  const path = await locate();
  if (path === undefined)
    throw refusal(runs, 'there is none', 'install it (on Debian and Ubuntu: apt-get install bubblewrap)');
  let reason = '';
  for (const age of ['new', 'middle', 'old'] as const) {
    const sandbox = { path, age };
    const failure = await trial(sandbox);
    if (failure === undefined) return { type: 'bwrap', sandbox };
    reason = failure;
  }
  throw refusal(runs, `it does not work here: ${reason}`, 'allow user namespaces on this machine or in this container');
}

/** For the banner. */
export function describeIsolation(isolation: Isolation): string {
  return isolation.type === 'bwrap'
    ? 'bubblewrap: no network, no files but the system’s own and /mnt/data, no other processes, no environment'
    : 'NONE: the code runs as you, with your files, network and processes; there is no /mnt/data, the working directory is it';
}

async function locate(): Promise<string | undefined> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', 'command -v bwrap']);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

async function trial(sandbox: Sandbox): Promise<string | undefined> {
  try {
    await run(sandbox.path, [...sandboxFlags(sandbox), '/bin/sh', '-c', ':'], { timeout: TRIAL_LIMIT_MS, env: {} });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return (said || (error instanceof Error ? error.message : String(error))).slice(0, MAX_REASON_CHARACTERS);
  }
}

function unsupported(runs: string): SessionsError {
  return new SessionsError(
    'invalid_options',
    `The emulator's option \`isolate\`: ${runs} does not run on Windows; use the engine 'pyodide', or WSL.`,
  );
}

function refusal(runs: string, problem: string, remedy: string): SessionsError {
  return new SessionsError(
    'invalid_options',
    `The emulator's option \`isolate\`: ${runs} needs bubblewrap (bwrap), and ${problem}. Either ${remedy}, or say by name ` +
      "that the code shall run as you, with your files and your network: `isolate: 'none'` (--isolate none).",
  );
}
