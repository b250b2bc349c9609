import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SessionsError } from '../../errors.js';
import type { CellRequest, HostProgram } from './host-program.js';

const DRIVER = fileURLToPath(new URL('../python/', import.meta.url));
const LOOK_LIMIT_MS = 30_000;
const run = promisify(execFile);

const LOOK = `
import importlib.metadata, json, platform, sys
found = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions() if d.metadata["Name"]}
print(json.dumps({
    "version": platform.python_version(),
    "enough": sys.version_info >= (3, 11),
    "executable": sys.executable,
    "prefixes": sorted({sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}),
    "packages": [{"name": name, "version": found[name]} for name in sorted(found, key=str.lower)],
}))
`;

/** A Python of this machine, with the packages that are installed in it. Throws `invalid_options` if there is none. */
export async function findPython(path = 'python3'): Promise<HostProgram> {
  const { version, enough, executable, prefixes, packages } = await look(path);
  if (!enough) throw refusal(path, `is Python ${version}, and the emulator needs 3.11 or later`);
  return {
    description: `python ${version} of this machine (${executable})`,
    runtime: { name: 'python', version },
    packages,
    readable: [...new Set([...prefixes, dirname(executable)])].filter(isOfPython),
    directory: DRIVER,
    environment: { MPLBACKEND: 'Agg', PYTHONUNBUFFERED: '1', OPENBLAS_NUM_THREADS: '2' },
    takesRefusals: true,
    command: ({ directory }) => [
      executable,
      '-s',
      '-u',
      '-B',
      '-X',
      'utf8',
      `${directory.replace(/\/$/, '')}/host_main.py`,
    ],
    encode,
  };
}

function encode({ id, mark, code }: CellRequest): string {
  return `${JSON.stringify({ id, mark, code })}\n`;
}

interface FoundPython {
  readonly version: string;
  readonly enough: boolean;
  readonly executable: string;
  readonly prefixes: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

async function look(path: string): Promise<FoundPython> {
  try {
    const { stdout } = await run(path, ['-s', '-c', LOOK], { timeout: LOOK_LIMIT_MS });
    return JSON.parse(stdout) as FoundPython;
  } catch (cause) {
    throw refusal(path, 'cannot be run', { cause });
  }
}

// An odd installation must not open the whole disk, or all of the home, to the sandbox.
function isOfPython(folder: string): boolean {
  return !`${homedir()}/`.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function refusal(path: string, problem: string, options?: ErrorOptions): SessionsError {
  return new SessionsError(
    'invalid_options',
    `The emulator's option \`engine\`: 'python' needs a Python of this machine, and ${path} ${problem}. Install Python 3.11 or ` +
      "later, name another one with `pythonPath` (--python), or use 'pyodide'.",
    options,
  );
}
