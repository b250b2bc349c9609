import { randomBytes } from 'node:crypto';
import { type Interpreter, InterpreterStartError, lostOutcome, type Outcome, type RunOptions } from '../engine.js';
import { type CellReport, readCellReport } from '../outcome-reader.js';
import { createOutputCollector } from '../output-collector.js';
import { type HostLaunch, HostProcess } from './host-process.js';
import type { DataUse } from './session-watch.js';

const GRACE_MS = 2000;
const REPEAT_MS = 250;
const START_LIMIT_MS = 60_000;
const MARK_BYTES = 16;
const KEPT_STDERR_CHARACTERS = 2000;

interface WaitingCell {
  readonly id: number;
  readonly answer: (report: CellReport | undefined) => void;
}

/** An interpreter of the host. `ready` rejects if the process ends before it can run code. */
export class HostInterpreter implements Interpreter {
  readonly ready: Promise<void>;
  readonly ended: Promise<string>;
  readonly dataAtStart: DataUse;
  readonly #launch: HostLaunch;
  readonly #process: HostProcess;
  #settleStart: () => void = () => undefined;
  #cell: WaitingCell | undefined;
  #alive = true;
  #runs = 0;
  #reason = '';

  constructor(launch: HostLaunch, dataAtStart: DataUse) {
    this.dataAtStart = dataAtStart;
    this.#launch = launch;
    this.#process = new HostProcess(launch, (line) => this.#receive(line));
    this.ended = this.#process.ended;
    void this.ended.then(() => {
      this.#alive = false;
      this.#cell?.answer(undefined);
    });
    this.ready = this.#start();
    // Whoever waits for `ready` hears of it; if nobody does yet, it must not end the program.
    this.ready.catch(() => undefined);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get groupId(): number | undefined {
    return this.#process.groupId;
  }

  get controlGroup(): string | undefined {
    return this.#process.controlGroup;
  }

  /** Whether a cell runs. */
  get busy(): boolean {
    return this.#cell !== undefined;
  }

  get directory(): string {
    return this.#launch.directory;
  }

  async run(code: string, options: RunOptions): Promise<Outcome> {
    if (!this.#alive) return lostOutcome('died', 0);
    const startedAt = performance.now();
    const id = ++this.#runs;
    const mark = `\u001e${randomBytes(MARK_BYTES).toString('hex')}\u001e`;
    const stdout = this.#collect('stdout', mark, options);
    const stderr = this.#collect('stderr', mark, options);
    const answer = new Promise<CellReport | undefined>((resolve) => {
      this.#cell = { id, answer: resolve };
    });
    const deadline = this.#guardDeadline(options.timeoutMs);
    const { args, stdin } = options;
    this.#process.send(this.#launch.program.encode({ id, mark, code, args, stdin }));
    const [report] = await Promise.all([answer, stdout.complete, stderr.complete]);
    const { struck, killed } = deadline.end();
    this.#cell = undefined;
    const ms = Math.round(performance.now() - startedAt);
    const output = { stdout: stdout.text(), stderr: stderr.text() };
    const cut = stdout.cut() || stderr.cut();
    if (report) return { ...outcomeOf(report, struck), ...output, cut: cut || report.cut, ms };
    const told = this.#reason === '' ? output.stderr : `${output.stderr}${this.#reason}\n`;
    return { ...lostOutcome(killed ? 'killed' : 'died', ms), ...output, stderr: told, cut };
  }

  /** Ends it; a cell that runs is told why. */
  end(reason: string): void {
    this.#reason = reason;
    void this.kill();
  }

  async kill(): Promise<void> {
    this.#alive = false;
    this.#process.kill();
    await this.ended;
  }

  /** With the process that runs the cells, as the host numbers it. */
  stats(): { readonly processId?: number; readonly runs: number } {
    const { processId } = this.#process;
    return { ...(processId !== undefined && { processId }), runs: this.#runs };
  }

  async #start(): Promise<void> {
    let lastWords = '';
    const listening = this.#process.stderr.readUntil('\u0000', (bytes) => {
      lastWords = (lastWords + Buffer.from(bytes).toString()).slice(-KEPT_STDERR_CHARACTERS);
    });
    const late = setTimeout(() => this.end('it was not ready in time'), START_LIMIT_MS);
    const ready = new Promise<undefined>((resolve) => {
      this.#settleStart = () => resolve(undefined);
    });
    const failure = await Promise.race([ready, this.ended]);
    clearTimeout(late);
    if (failure === undefined) return;
    await listening;
    throw new InterpreterStartError(`${this.#reason || failure}. ${lastWords}`);
  }

  #collect(stream: 'stdout' | 'stderr', mark: string, { maxOutputCharacters, onOutput }: RunOptions): CollectedStream {
    const collector = createOutputCollector(maxOutputCharacters);
    const complete = this.#process[stream].readUntil(mark, (bytes) => {
      if (collector.cut) return;
      const text = collector.add(bytes);
      if (text) onOutput?.(stream, text);
    });
    return { complete, text: () => collector.text, cut: () => collector.cut };
  }

  #guardDeadline(timeoutMs: number): { end(): { struck: boolean; killed: boolean } } {
    let struck = false;
    let killed = false;
    let repeating: NodeJS.Timeout | undefined;
    const soft = setTimeout(() => {
      struck = true;
      this.#process.interrupt();
      repeating = setInterval(() => this.#process.interrupt(), REPEAT_MS);
    }, timeoutMs);
    const hard = setTimeout(() => {
      killed = true;
      void this.kill();
    }, timeoutMs + GRACE_MS);
    return {
      end: () => {
        clearTimeout(soft);
        clearInterval(repeating);
        clearTimeout(hard);
        return { struck, killed };
      },
    };
  }

  #receive(line: string): void {
    if (!this.#alive) return;
    try {
      const report = readCellReport(line);
      if (report.id === 0) this.#settleStart();
      if (report.id === this.#cell?.id) this.#cell.answer(report);
    } catch {
      // User code can write there too.
      this.end('it broke its own protocol');
    }
  }
}

interface CollectedStream {
  readonly complete: Promise<void>;
  text(): string;
  cut(): boolean;
}

// Code can send itself the signal that ends its time.
function outcomeOf(
  { status: said, value, error, exitCode }: CellReport,
  struck: boolean,
): Pick<Outcome, 'status' | 'value' | 'error' | 'exitCode'> {
  const status = said === 'timeout' && !struck ? (error ? 'error' : 'ok') : said;
  return { status, value, ...(error && { error }), ...(exitCode !== undefined && { exitCode }) };
}
