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
  const runs = new FilteredRuns(signal);
  try {
    return await untilAborted(filtered(runs), signal);
  } finally {
    runs.end();
  }
}

/** The runs of one call that filters are around: none or several. */
export class FilteredRuns {
  readonly #call: LinkedSource;
  #underWay = 0;
  #isOver = false;

  constructor(signal: Abortable) {
    this.#call = linkSignal(signal);
  }

  /** Makes a run with what aborts this call; none once the call is over. */
  async make<T>(run: (signal: Abortable) => Promise<T>): Promise<T> {
    if (this.#isOver) throw leftBehind();
    this.#underWay += 1;
    try {
      return await run(this.#call);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Ends those that are still under way; must be called on every path. */
  end(): void {
    this.#isOver = true;
    if (this.#underWay > 0) this.#call.abort(leftBehind());
    this.#call.release();
  }
}

function leftBehind(): DOMException {
  return new DOMException('A filter answered without waiting for this function.', 'AbortError');
}
