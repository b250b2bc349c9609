import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CellRequest, HostProgram } from './host-program.js';
import { HOME, PATH } from './sandbox.js';

const DRIVER = fileURLToPath(new URL('.', import.meta.url));
const FIRST_WITH_STABLE_PERMISSIONS = 22;

/** The Node that the emulator itself runs on. */
export function findNode(): HostProgram {
  const { versions, execPath } = process;
  return {
    description: `node ${versions.node} of this machine (${execPath})`,
    runtime: { name: 'node', version: versions.node },
    // Not the whole folder in which it is installed: that may be the home.
    readable: [
      execPath,
      ...[join(dirname(dirname(execPath)), 'lib', 'node_modules')].filter((path) => existsSync(path)),
    ],
    directory: DRIVER,
    environment: { PATH: `${dirname(execPath)}:${PATH}` },
    // From version 24 on it reserves more address space at its start than a session may use memory.
    takesRefusals: false,
    command: ({ directory, isolated, memoryMb }) => [
      execPath,
      `--max-old-space-size=${memoryMb}`,
      ...(isolated ? permissions(Number.parseInt(versions.node, 10)) : []),
      '--no-warnings',
      join(directory, 'node-session.mjs'),
    ],
    encode,
  };
}

// The sandbox decides what there is to be read, and what programs there are.
function permissions(nodeMajor: number): string[] {
  return [
    nodeMajor < FIRST_WITH_STABLE_PERMISSIONS ? '--experimental-permission' : '--permission',
    '--allow-fs-read=*',
    ...['/mnt/data/', '/tmp/', '/dev/shm/', `${HOME}/`].map((folder) => `--allow-fs-write=${folder}*`),
    '--allow-child-process',
    '--allow-worker',
  ];
}

function encode({ id, mark, code }: CellRequest): string {
  return `${JSON.stringify({ id, mark, code })}\n`;
}
