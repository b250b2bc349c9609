import { sep } from 'node:path';
import type { ChildConfig } from './child/frames.mjs';
import { type Engine, type EngineLimits, type Interpreter, InterpreterStartError } from './engine.js';
import type { ProcessGuard } from './process-guard.js';
import { findPyodide, type PyodidePackage } from './pyodide-package.js';
import type { PackageSupply } from './package-supply.js';
import { PyodideInterpreter } from './pyodide-interpreter.js';
import { createPyodidePackages, type PackageSource } from './pyodide-packages.js';
import { createSnapshotCache, type SnapshotCache } from './snapshot-cache.js';

const MAX_SCRATCH_BYTES = 256 * 1024 * 1024;

/** What is not as usual. */
export interface PyodideEngineOptions {
  readonly cache?: SnapshotCache;
  /** @default none */
  readonly packages?: PackageSource;
}

/** Python in WebAssembly, in a process per session that is shut in as far as Node allows. */
export class PyodideEngine implements Engine {
  readonly description: string;
  readonly runtime: Engine['runtime'];
  readonly isolation = 'WebAssembly in a process with Node permissions (against accidents, not against attackers)';
  readonly #package: PyodidePackage;
  readonly #cache: SnapshotCache;
  readonly #packages: PackageSupply;
  readonly #guard: ProcessGuard;
  readonly #living = new Set<PyodideInterpreter>();
  #firstSnapshot: Promise<void> | undefined;
  #canStore = true;
  #closed = false;

  constructor(guard: ProcessGuard, options: PyodideEngineOptions = {}) {
    this.#package = findPyodide();
    this.#cache = options.cache ?? createSnapshotCache(this.#package.snapshotKey);
    this.#packages = createPyodidePackages(this.#package, options.packages);
    this.#guard = guard;
    const { version, pythonVersion } = this.#package;
    this.description = `pyodide ${version} (Python ${pythonVersion})`;
    this.runtime = { name: 'python', version: pythonVersion };
  }

  async start(directory: string, limits: EngineLimits): Promise<Interpreter> {
    for (let path = this.#cache.find(); path !== undefined; path = this.#cache.find()) {
      const interpreter = await this.#startFrom(path, directory, limits);
      if (interpreter) return interpreter;
    }
    if (!this.#canStore) return this.#launch(directory, limits, {});
    if (this.#firstSnapshot === undefined) return this.#startAndStore(directory, limits);
    // One cold start at a time: those that wait for its snapshot are ready sooner than those that do not.
    await this.#firstSnapshot;
    return this.#launch(directory, limits, { snapshotPath: this.#cache.find() });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#packages.close();
    await Promise.all([...this.#living].map((interpreter) => interpreter.kill()));
  }

  /** Nothing if the snapshot is broken: no code ran then, and the file is not tried again. */
  async #startFrom(snapshotPath: string, directory: string, limits: EngineLimits): Promise<Interpreter | undefined> {
    // It is read to its end in the meantime, so that this costs no time.
    const starting = this.#launch(directory, limits, { snapshotPath }).catch((error: unknown) => {
      if (this.#closed) throw error;
      return undefined;
    });
    const [interpreter, isSound] = await Promise.all([starting, this.#cache.isSound(snapshotPath)]);
    if (interpreter && isSound) return interpreter;
    this.#cache.discard(snapshotPath);
    await interpreter?.kill();
    return undefined;
  }

  async #startAndStore(directory: string, limits: EngineLimits): Promise<Interpreter> {
    const { promise, resolve: stored } = createSignal();
    this.#firstSnapshot = promise;
    try {
      return await this.#launch(directory, limits, {
        onSnapshot: (memory) => {
          this.#canStore = this.#cache.store(memory) !== undefined;
          stored();
        },
      });
    } finally {
      stored();
      this.#firstSnapshot = undefined;
    }
  }

  async #launch(
    directory: string,
    limits: EngineLimits,
    memory: { snapshotPath?: string | undefined; onSnapshot?: (memory: Buffer) => void },
  ): Promise<Interpreter> {
    if (this.#closed) throw new InterpreterStartError('the emulator has stopped');
    const { snapshotPath, onSnapshot } = memory;
    const packageDirectory = this.#packages.directory;
    const config: ChildConfig = {
      pyodideDirectory: this.#package.directory,
      pythonDirectory: this.#package.pythonDirectory,
      dataDirectory: directory,
      ...(packageDirectory !== undefined && { packageDirectory }),
      ...(snapshotPath !== undefined && { snapshotPath }),
      makeSnapshot: onSnapshot !== undefined,
      maxDataBytes: limits.maxDataBytes,
      maxDataFiles: limits.maxDataFiles,
      maxScratchBytes: MAX_SCRATCH_BYTES,
    };
    const readable = [
      this.#package.emulatorDirectory,
      this.#package.directory,
      ...(snapshotPath ? [snapshotPath] : []),
      ...(packageDirectory ? [packageDirectory] : []),
    ];
    const access = { readable, writable: [directory + sep], memoryMb: limits.memoryMb };
    const interpreter = new PyodideInterpreter({
      config,
      access,
      packages: this.#packages,
      ...(onSnapshot && { onSnapshot }),
    });
    this.#keep(interpreter);
    await interpreter.ready;
    return interpreter;
  }

  #keep(interpreter: PyodideInterpreter): void {
    this.#living.add(interpreter);
    const release = this.#guard.watch(interpreter.processId);
    void interpreter.ended.then(() => {
      release();
      this.#living.delete(interpreter);
    });
  }
}

function createSignal(): { promise: Promise<void>; resolve: () => void } {
  const settle: { resolve?: () => void } = {};
  const promise = new Promise<void>((resolve) => {
    settle.resolve = resolve;
  });
  return { promise, resolve: () => settle.resolve?.() };
}
