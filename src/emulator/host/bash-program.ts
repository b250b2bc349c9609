import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SessionsError } from '../../errors.js';
import type { CellRequest, HostProgram } from './host-program.js';

const DRIVER = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

/** The bash of this machine. Throws `invalid_options` if there is none. */
export async function findBash(): Promise<HostProgram> {
  const { path, version } = await look();
  return {
    description: `bash ${version} of this machine (${path})`,
    runtime: { name: 'bash', version },
    readable: [],
    directory: DRIVER,
    environment: {},
    takesRefusals: false,
    command: ({ directory }) => [path, join(directory, 'bash-session')],
    encode,
  };
}

// Fields that end in NUL, for bash reads nothing else safely: how many words, and then the words.
function encode({ id, mark, code, args, stdin }: CellRequest): string {
  const words = args ?? ['bash', '-c', code];
  return [String(id), mark, stdin ?? '', String(words.length), ...words].map((field) => `${field}\0`).join('');
}

async function look(): Promise<{ path: string; version: string }> {
  try {
    const { stdout } = await run('/bin/sh', [
      '-c',
      'path=$(command -v bash) && printf "%s\\n" "$path" && "$path" -c "echo \\$BASH_VERSION"',
    ]);
    const [path = '', version = ''] = stdout.trim().split('\n');
    return { path, version };
  } catch (cause) {
    throw new SessionsError(
      'invalid_options',
      "The emulator's option `poolKind`: 'Shell' needs bash, and there is none.",
      {
        cause,
      },
    );
  }
}
