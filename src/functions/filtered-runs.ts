import type { Abortable } from '../abort-listeners.js';
import { linkSignal, untilAborted } from './abort.js';
import type { LinkedSource } from './abort.js';

/**
 * Waits for the filters of one call, but no longer than until an abort. Runs of its function that no filter has waited for
 * are ended then, and none begins any more: the call has its answer.
 *
 * @throws the signal's reason on an abort, or what `filtered` throws
 */
export async function throughFilters<T>(
  signal: Abortable,
  filtered: (runs: FilteredRuns) => PromiseLike<T>,
): Promise<T> {
  const runs = new FilteredRuns(signal, 'A filter answered without waiting for this function.');
  try {
    return await untilAborted(filtered(runs), signal);
  } finally {
    runs.end();
  }
}

/** What filters are around: runs of a function, or requests; none or several, and some that no filter waits for. */
export class FilteredRuns {
  /** What aborts them. */
  readonly signal: LinkedSource;
  readonly #leftBehind: string;
  #made = 0;
  #underWay = 0;
  #isOver = false;

  /** @param leftBehind what is said of those that no filter waits for */
  constructor(signal: Abortable, leftBehind: string) {
    this.signal = linkSignal(signal);
    this.#leftBehind = leftBehind;
  }

  /** How many have begun. */
  get made(): number {
    return this.#made;
  }

  /** Makes one; none once the filters have answered. */
  async make<T>(run: (signal: Abortable) => T | Promise<T>): Promise<T> {
    if (this.#isOver) throw this.#reason();
    this.#made += 1;
    this.#underWay += 1;
    try {
      return await run(this.signal);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Ends those that are still under way; must be called on every path. */
  end(): void {
    this.#isOver = true;
    if (this.#underWay > 0) this.signal.abort(this.#reason());
    this.signal.release();
  }

  #reason(): DOMException {
    return new DOMException(this.#leftBehind, 'AbortError');
  }
}
