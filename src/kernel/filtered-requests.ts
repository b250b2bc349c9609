import type { Abortable } from '../abort-listeners.js';
import { linkSignal } from '../functions/abort.js';
import type { LinkedSource } from '../functions/abort.js';
import { RequestSignals } from './request-signals.js';

/** The requests of one round that prompt filters are around: none or several, and some that no filter waits for. */
export class FilteredRequests {
  readonly #round: LinkedSource;
  readonly #signals: RequestSignals;
  #made = 0;
  #underWay = 0;
  #isOver = false;

  constructor(run: Abortable) {
    this.#round = linkSignal(run);
    this.#signals = new RequestSignals(this.#round);
  }

  /** How many have begun. */
  get made(): number {
    return this.#made;
  }

  /** Makes a request with signals of this round; none once the round has its answer. */
  async make<T>(ask: (signals: RequestSignals) => Promise<T>): Promise<T> {
    if (this.#isOver) throw leftBehind();
    this.#made += 1;
    this.#underWay += 1;
    try {
      return await ask(this.#signals);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Ends those that are still under way; must be called on every path. */
  end(): void {
    this.#isOver = true;
    if (this.#underWay > 0) this.#round.abort(leftBehind());
    this.#signals.release();
    this.#round.release();
  }
}

function leftBehind(): DOMException {
  return new DOMException('A prompt filter answered without waiting for this request.', 'AbortError');
}
