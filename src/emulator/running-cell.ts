import type { Outcome, RunOptions } from './engine.js';
import { createOutputCollector } from './output-collector.js';

const GRACE_MS = 2000;
const LOAD_LIMIT_MS = 60_000;

/** One cell on its way through an interpreter: collects what it prints, watches its time, and ends once. */
export class RunningCell {
  readonly id: number;
  readonly ended: Promise<Outcome>;
  readonly #options: RunOptions;
  readonly #output;
  readonly #onOverdue: () => void;
  #settle: (outcome: Outcome) => void = () => undefined;
  #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #wasHeld = false;
  #isOver = false;

  /** `onOverdue` is called when it has not reacted to its deadline; it has ended as `killed` then. */
  constructor(id: number, options: RunOptions, onOverdue: () => void) {
    this.id = id;
    this.#options = options;
    this.#onOverdue = onOverdue;
    const { maxOutputCharacters } = options;
    this.#output = {
      stdout: createOutputCollector(maxOutputCharacters),
      stderr: createOutputCollector(maxOutputCharacters),
    };
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.begin();
  }

  /** From now on its time counts. */
  begin(): void {
    this.#startedAt = performance.now();
    this.#limit(this.#options.timeoutMs + GRACE_MS);
  }

  /** While packages are fetched for it, its time does not count. Whether that was not so before: it happens once a cell. */
  hold(): boolean {
    const isFirst = !this.#wasHeld;
    this.#wasHeld = true;
    clearTimeout(this.#timer);
    return isFirst;
  }

  /** While packages are loaded, another limit holds. */
  limitLoading(): void {
    this.#limit(LOAD_LIMIT_MS);
  }

  print(stream: 'stdout' | 'stderr', payload: Uint8Array): void {
    const text = this.#output[stream].add(payload);
    if (text) this.#options.onOutput?.(stream, text);
  }

  finish(outcome: Omit<Outcome, 'stdout' | 'stderr' | 'ms'>): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const { stdout, stderr } = this.#output;
    const cut = outcome.cut || stdout.cut || stderr.cut;
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#settle({ ...outcome, stdout: stdout.text, stderr: stderr.text, cut, ms });
  }

  #limit(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.finish({ status: 'killed', value: { type: 'none' }, cut: false });
      this.#onOverdue();
    }, milliseconds);
  }
}
