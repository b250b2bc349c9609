import { spawnSync } from 'node:child_process';
import type { SessionPoolEmulatorOptions } from '../../src/emulator/index.js';

/** Whether bubblewrap is here and works; the sandbox of the emulator needs no more than this. */
export const hasBubblewrap = works('bwrap', [
  '--unshare-all',
  '--ro-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  '--',
  '/bin/true',
]);

export const hasBash = works('bash', ['-c', ':']);

/** A Python of this machine that has these modules: the one on the path, or the system's. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const look = `import sys\nassert sys.version_info >= (3, 11)\n${modules.map((name) => `import ${name}`).join('\n')}`;
  return ['python3', '/usr/bin/python3'].find((path) => works(path, ['-s', '-c', look]));
}

/** The options for that Python; without bubblewrap, which then is for the caller to skip. */
export function pythonOptions(...modules: readonly string[]): SessionPoolEmulatorOptions {
  return { engine: 'python', pythonPath: pythonWith(...modules) ?? 'python3' };
}

function works(command: string, args: readonly string[]): boolean {
  return process.platform === 'linux' && spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}
