import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildConfig, FrameKind, PackageAnswer, RunRequest } from './child/frames.mjs';
import { type ChildAccess, childFlags } from './child-flags.js';
import { type Interpreter, InterpreterStartError, lostOutcome, type Outcome, type RunOptions } from './engine.js';
import { createFrameReader } from './frame-reader.js';
import { readCellReport, readModuleNames } from './outcome-reader.js';
import type { PackageSupply } from './package-supply.js';
import { RunningCell } from './running-cell.js';

const PROGRAM = fileURLToPath(new URL('./child/main.mjs', import.meta.url));
const START_LIMIT_MS = 60_000;
const MAX_BYTES_PER_CHARACTER = 4;
const KEPT_STDERR_CHARACTERS = 2000;

/** How an interpreter's process is to be started. */
export interface PyodideProcessOptions {
  readonly config: ChildConfig;
  readonly access: ChildAccess;
  readonly packages: PackageSupply;
  readonly onSnapshot?: (memory: Buffer) => void;
}

/** A Python in a process of its own. `ready` rejects if the process ends before it can run code. */
export class PyodideInterpreter implements Interpreter {
  readonly ready: Promise<void>;
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #onSnapshot: ((memory: Buffer) => void) | undefined;
  readonly #packages: PackageSupply;
  #settleStart: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  #cell: RunningCell | undefined;
  #alive = true;
  #runs = 0;
  #lastWords = '';

  constructor(options: PyodideProcessOptions) {
    this.#onSnapshot = options.onSnapshot;
    this.#packages = options.packages;
    this.#child = spawn(process.execPath, [...childFlags(options.access), PROGRAM, JSON.stringify(options.config)], {
      // Nothing of ours: neither secrets nor NODE_OPTIONS. What Windows cannot do without, Node adds.
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    });
    this.ready = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    // Whoever waits for `ready` hears of it; if nobody does yet, it must not end the program.
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#listen();
  }

  get alive(): boolean {
    return this.#alive;
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  run(code: string, options: RunOptions): Promise<Outcome> {
    if (!this.#alive) return Promise.resolve(lostOutcome('died', 0));
    const id = ++this.#runs;
    const cell = new RunningCell(id, options, () => void this.kill());
    this.#cell = cell;
    const maxOutputBytes = options.maxOutputCharacters * MAX_BYTES_PER_CHARACTER;
    this.#send({ type: 'run', id, code, timeoutMs: options.timeoutMs, maxOutputBytes });
    return cell.ended.finally(() => {
      if (this.#cell === cell) this.#cell = undefined;
    });
  }

  kill(): Promise<void> {
    this.#alive = false;
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  stats(): { readonly processId?: number; readonly runs: number } {
    return { ...(this.#child.pid !== undefined && { processId: this.#child.pid }), runs: this.#runs };
  }

  #send(message: RunRequest | PackageAnswer): void {
    this.#child.send(message, (error) => {
      // The process is going: its end answers the cell. The code is not sent again, it may have begun.
      if (error) void this.kill();
    });
  }

  #listen(): void {
    const starting = setTimeout(() => this.#fail('it was not ready in time'), START_LIMIT_MS);
    void this.ready.finally(() => clearTimeout(starting)).catch(() => undefined);
    const read = createFrameReader((kind, payload) => this.#receive(kind, payload));
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch {
        this.#fail('it broke its own protocol');
      }
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      // Node prints the source line of an uncaught error, and Pyodide's is a megabyte long.
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.#child.once('error', (error) => this.#fail(error.message));
    this.#child.once('close', (code, signal) => this.#fail(`it ended (${signal ?? `exit code ${code}`})`));
  }

  #receive(kind: FrameKind, payload: Buffer): void {
    if (kind === 'ready') this.#becomeReady();
    else if (kind === 'snapshot') this.#onSnapshot?.(payload);
    else if (kind === 'died') this.#fail(payload.toString());
    else if (kind === 'result') this.#finishCell(payload);
    else if (kind === 'imports') void this.#provide(readModuleNames(payload.toString()));
    else if (kind === 'begun') this.#cell?.begin();
    else this.#cell?.print(kind, payload);
  }

  #becomeReady(): void {
    if (this.#child.pid !== undefined) lowerPriority(this.#child.pid);
    this.#settleStart.resolve();
  }

  // Never rejects, because the supply does not.
  async #provide(moduleNames: readonly string[]): Promise<void> {
    const cell = this.#cell;
    if (cell?.hold() !== true) return this.#fail('it broke its own protocol');
    const { packages, missing } = await this.#packages.provide(moduleNames);
    if (this.#cell !== cell) return;
    cell.limitLoading();
    this.#send({ type: 'packages', packages, missing });
  }

  #finishCell(payload: Buffer): void {
    const { id, status, value, error, cut } = readCellReport(payload.toString());
    if (this.#cell?.id !== id) return;
    this.#cell.finish({ status, value, cut, ...(error && { error }) });
  }

  #fail(reason: string): void {
    void this.kill();
    this.#settleStart.reject(new InterpreterStartError(`${reason}. ${this.#lastWords}`));
    this.#cell?.finish({ status: 'died', value: { type: 'none' }, cut: false });
  }
}

// Endless code must leave the emulator itself responsive.
function lowerPriority(processId: number): void {
  try {
    setPriority(processId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed everywhere, and nothing depends on it.
  }
}
