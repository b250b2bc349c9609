import type { Abortable } from '../abort-listeners.js';
import { FilteredRuns } from '../functions/filtered-runs.js';
import { RequestSignals } from './request-signals.js';

/** The requests of one round that prompt filters are around. */
export class FilteredRequests {
  readonly #runs: FilteredRuns;
  readonly #signals: RequestSignals;

  constructor(run: Abortable) {
    this.#runs = new FilteredRuns(run, 'A prompt filter answered without waiting for this request.');
    this.#signals = new RequestSignals(this.#runs.signal);
  }

  /** How many have begun. */
  get made(): number {
    return this.#runs.made;
  }

  /** Makes a request with signals of this round; none once the round has its answer. */
  make<T>(ask: (signals: RequestSignals) => Promise<T>): Promise<T> {
    return this.#runs.make(() => ask(this.#signals));
  }

  /** Ends those that are still under way; must be called on every path. */
  end(): void {
    this.#runs.end();
  }
}
