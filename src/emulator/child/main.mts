// The program of a session's own process: a Python in WebAssembly that has as little of Node as can be.
import { readFileSync } from 'node:fs';
import { createCellLoop, type PythonCells } from './cell-loop.mjs';
import { createDataFilesystem } from './data-filesystem.mjs';
import { createDataQuota } from './data-quota.mjs';
import { createDeadline } from './deadline.mjs';
import { nap, writeFrame } from './frame-writer.mjs';
import type { ChildConfig, PackageAnswer, RunRequest } from './frames.mjs';
import { freezeIntrinsics } from './freeze-intrinsics.mjs';
import { hideStartUpGlobals } from './hide-node.mjs';
import { createCellOutput } from './output-limit.mjs';
import { createPackageLoader } from './package-loader.mjs';
import type { Pyodide } from './pyodide-types.mjs';
import { limitScratch } from './scratch-limit.mjs';
import { closePrivateInterfaces, loadSealedPyodide, onFatalError } from './sealed-pyodide.mjs';

const DATA_PATH = '/mnt/data';
const MAX_REASON_CHARACTERS = 1000;

// In the order in which they need each other; the snapshot holds them all.
const PYTHON_MODULES = [
  'text_layout',
  'value_printers',
  'pretty_printer',
  'cell_source',
  'rich_values',
  'cell_runner',
  'pyodide_session',
];

// Node's own object is taken before it is hidden, and given to nobody.
const host = process;
const parentId = host.ppid;
const exit = host.exit.bind(host);

const config = JSON.parse(host.argv[2] ?? '{}') as ChildConfig;
const deadline = createDeadline(() => {
  if (host.ppid !== parentId) exit(0);
});

host.on('disconnect', () => exit(0));
host.on('uncaughtException', (error: unknown) => {
  if (!isPythonError(error)) die(error);
});
host.on('unhandledRejection', (error: unknown) => {
  if (!isPythonError(error)) die(error);
});

void main().catch(die);

async function main(): Promise<void> {
  const pyodide = await loadSealedPyodide(config);
  if (config.snapshotPath === undefined) pyodide.runPython(installation());
  if (config.makeSnapshot) writeFrame('snapshot', pyodide.makeMemorySnapshot());
  openSession(pyodide);
}

function openSession(pyodide: Pyodide): void {
  const { FS } = pyodide;
  const output = createCellOutput();
  pyodide.setStdin({ stdin: () => null });
  pyodide.setStdout({ write: (bytes: Uint8Array) => output.write('stdout', bytes) });
  pyodide.setStderr({ write: (bytes: Uint8Array) => output.write('stderr', bytes) });
  onFatalError(pyodide, () => output.close());
  FS.mkdirTree(DATA_PATH);
  const quota = createDataQuota(config.dataDirectory, config.maxDataBytes, config.maxDataFiles);
  FS.mount(createDataFilesystem(FS, config.dataDirectory, quota), {}, DATA_PATH);
  const scratch = limitScratch(FS, config.maxScratchBytes);

  const runner = pyodide.pyimport('emulator_pyodide_session')['open_session']?.(
    (outcome: string) => loop.finish(outcome),
    (milliseconds: number) => {
      nap(milliseconds);
      return deadline.strikesNow();
    },
  ) as PythonCells;
  const loader = createPackageLoader(pyodide, config.packageDirectory);
  const load: typeof loader.load = (packages) => scratch.without(() => loader.load(packages));
  const loop = createCellLoop({ cells: runner, deadline, output, loader: { load } });
  pyodide.setInterruptBuffer(deadline.buffer);
  hideStartUpGlobals();
  closePrivateInterfaces(pyodide);
  freezeIntrinsics();
  host.on('message', (message: RunRequest | PackageAnswer) => {
    try {
      if (message.type === 'packages') return void loop.provide(message).catch(die);
      quota.doubt();
      loop.run(message);
    } catch (error) {
      die(error);
    }
  });
  writeFrame('ready', '');
}

function installation(): string {
  const installed = PYTHON_MODULES.map((name) => {
    const source = readFileSync(`${config.pythonDirectory}${name}.py`, 'utf8');
    return `_install(${JSON.stringify(`emulator_${name}`)}, ${JSON.stringify(source)})`;
  });
  return `
import sys, types
def _install(name, source):
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)
${installed.join('\n')}
import csv, datetime, statistics
sys.modules["emulator_pyodide_session"].warm_up()
del _install, sys, types, csv, datetime, statistics
`;
}

function isPythonError(error: unknown): boolean {
  return error instanceof Error && error.name === 'PythonError';
}

function die(error: unknown): never {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  writeFrame('died', reason.slice(0, MAX_REASON_CHARACTERS));
  return exit(1);
}
