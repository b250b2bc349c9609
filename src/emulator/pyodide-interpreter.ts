import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildConfig, FrameKind, RunRequest } from './child/frames.mjs';
import { type ChildAccess, childFlags } from './child-flags.js';
import { type Interpreter, InterpreterStartError, lostOutcome, type Outcome, type RunOptions } from './engine.js';
import { createFrameReader } from './frame-reader.js';
import { readCellReport } from './outcome-reader.js';
import { createOutputCollector, type OutputCollector } from './output-collector.js';

const PROGRAM = fileURLToPath(new URL('./child/main.mjs', import.meta.url));
const GRACE_MS = 2000;
const START_LIMIT_MS = 60_000;
const MAX_BYTES_PER_CHARACTER = 4;
const KEPT_STDERR_CHARACTERS = 2000;

/** How an interpreter's process is to be started. */
export interface PyodideProcessOptions {
  readonly config: ChildConfig;
  readonly access: ChildAccess;
  readonly onSnapshot?: (memory: Buffer) => void;
}

interface RunningCell {
  readonly id: number;
  readonly stdout: OutputCollector;
  readonly stderr: OutputCollector;
  readonly options: RunOptions;
  finish(outcome: Omit<Outcome, 'stdout' | 'stderr' | 'ms'>): void;
}

/** A Python in a process of its own. `ready` rejects if the process ends before it can run code. */
export class PyodideInterpreter implements Interpreter {
  readonly ready: Promise<void>;
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #onSnapshot: ((memory: Buffer) => void) | undefined;
  #settleStart: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  #cell: RunningCell | undefined;
  #alive = true;
  #runs = 0;
  #lastWords = '';

  constructor(options: PyodideProcessOptions) {
    this.#onSnapshot = options.onSnapshot;
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
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    if (!this.#alive) return Promise.resolve(lostOutcome('died', 0));
    return new Promise((resolve) => {
      const id = ++this.#runs;
      const stdout = createOutputCollector(options.maxOutputCharacters);
      const stderr = createOutputCollector(options.maxOutputCharacters);
      const finish: RunningCell['finish'] = (outcome) => {
        clearTimeout(deadline);
        this.#cell = undefined;
        const cut = outcome.cut || stdout.cut || stderr.cut;
        resolve({ ...outcome, stdout: stdout.text, stderr: stderr.text, cut, ms: elapsed() });
      };
      const deadline = setTimeout(() => {
        finish({ status: 'killed', value: { type: 'none' }, cut: false });
        void this.kill();
      }, options.timeoutMs + GRACE_MS);
      this.#cell = { id, stdout, stderr, options, finish };
      const maxOutputBytes = options.maxOutputCharacters * MAX_BYTES_PER_CHARACTER;
      this.#send({ type: 'run', id, code, timeoutMs: options.timeoutMs, maxOutputBytes });
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

  #send(request: RunRequest): void {
    this.#child.send(request, (error) => {
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
    else this.#output(kind, payload);
  }

  #becomeReady(): void {
    if (this.#child.pid !== undefined) lowerPriority(this.#child.pid);
    this.#settleStart.resolve();
  }

  #output(stream: 'stdout' | 'stderr', payload: Buffer): void {
    const text = this.#cell?.[stream].add(payload);
    if (text) this.#cell?.options.onOutput?.(stream, text);
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
