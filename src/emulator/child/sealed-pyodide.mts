import { readFileSync } from 'node:fs';
import { SourceTextModule } from 'node:vm';
import type { ChildConfig } from './frames.mjs';
import { hideNode } from './hide-node.mjs';
import type { EmscriptenSettings, Pyodide } from './pyodide-types.mjs';
import { closeWasmImports } from './wasm-imports.mjs';

// Where Pyodide believes to live. The host's paths do not concern it.
const HOME_URL = '/pyodide/';

/**
 * Loads Pyodide as sealed modules: whatever is written in its source, their `import()` always fails. Node must not be
 * needed by them, because this hides it first.
 */
export async function loadSealedPyodide(config: ChildConfig): Promise<Pyodide> {
  const read = (name: string): Buffer => readFileSync(config.pyodideDirectory + name);
  const entrySource = read('pyodide.mjs').toString();
  const engineSource = read('pyodide.asm.mjs').toString();
  const lockFile = emptyLockFile(read('pyodide-lock.json').toString());
  const files = new Map(
    ['pyodide.asm.wasm', 'python_stdlib.zip'].map((name) => [HOME_URL + name, toArrayBuffer(read(name))]),
  );
  const snapshot = config.snapshotPath === undefined ? undefined : readFileSync(config.snapshotPath);

  hideNode((path) => files.get(path) ?? missing(path));
  const entry = await evaluateSealed(entrySource, 'pyodide.mjs');
  const engine = await evaluateSealed(engineSource, 'pyodide.asm.mjs');
  const createModule = functionNamed(engine, 'default');
  const pyodide = (await functionNamed(
    entry,
    'loadPyodide',
  )({
    indexURL: HOME_URL,
    lockFileContents: lockFile,
    packageBaseUrl: HOME_URL,
    jsglobals: Object.create(null),
    env: { HOME: '/home/pyodide', MPLBACKEND: 'agg' },
    createPyodideModule: (settings: EmscriptenSettings) => createModule(closeWasmImports(settings)),
    _makeSnapshot: config.makeSnapshot,
    ...(snapshot && { _loadSnapshot: toArrayBuffer(snapshot) }),
  })) as Pyodide;
  files.clear();
  return pyodide;
}

/** The interpreter's own ways to the network, to Node and to what it was started with. */
export function closePrivateInterfaces(pyodide: Pyodide): void {
  const api = pyodide._api;
  delete api['initializeNodeSockFS'];
  Object.freeze(api['runtimeEnv']);
  const started = api['config'];
  if (typeof started !== 'object' || started === null) return;
  for (const name of ['_loadSnapshot', 'createPyodideModule', 'lockFileContents'])
    Reflect.deleteProperty(started, name);
}

/**
 * Tells of a failure that ends the interpreter, before Pyodide writes the stack of it: to the cell's own output, and with the
 * emulator's frames.
 */
export function onFatalError(pyodide: Pyodide, tell: () => void): void {
  const api = pyodide._api;
  const { fatal_error: fail, NoGilError } = api;
  if (typeof fail !== 'function' || typeof NoGilError !== 'function') {
    throw new Error('This version of Pyodide ends in another way');
  }
  api['fatal_error'] = (error: unknown): unknown => {
    // This one is handed on, and ends nothing.
    if (!(error instanceof NoGilError)) tell();
    return Reflect.apply(fail, api, [error]);
  };
}

async function evaluateSealed(source: string, name: string): Promise<object> {
  const module = new SourceTextModule(source, {
    identifier: name,
    importModuleDynamically: () => {
      throw new Error('import() is not available');
    },
    initializeImportMeta: (meta) => {
      meta.url = `file://${HOME_URL}${name}`;
    },
  });
  await module.link(() => {
    throw new Error('import is not available');
  });
  await module.evaluate();
  return module.namespace;
}

function functionNamed(namespace: object, name: string): (options: object) => unknown {
  const value: unknown = Reflect.get(namespace, name);
  if (typeof value !== 'function') throw new Error(`This version of Pyodide has no ${name}`);
  return (options) => Reflect.apply(value, undefined, [options]);
}

function emptyLockFile(text: string): string {
  const { info } = JSON.parse(text) as { info: unknown };
  return JSON.stringify({ info, packages: {} });
}

// Without a copy where the file has its buffer to itself, as large ones do.
function toArrayBuffer({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return (buffer.byteLength === byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}

function missing(path: string): never {
  throw new Error(`Pyodide asked for a file it should not need: ${path}`);
}
