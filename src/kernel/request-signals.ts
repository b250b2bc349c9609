import { setMaxListeners } from 'node:events';
import type { Abortable } from '../abort-listeners.js';
import { linkSignal } from '../functions/abort.js';
import type { LinkedSource } from '../functions/abort.js';

/** How many requests have the same signal: a new one for each would cost more than all else about a round. */
const REQUESTS_PER_SIGNAL = 16;

/**
 * The signals that the requests of a run are made with. Not the run's own, which may live long: clients leave their
 * listeners behind. They go with the run, which nothing holds on to once it has let go of its caller's signal.
 */
export class RequestSignals {
  readonly #run: Abortable;
  #latest: LinkedSource | undefined;
  #requestsMade = 0;

  constructor(run: Abortable) {
    this.#run = run;
  }

  /** For one more request. */
  next(): LinkedSource {
    if (this.#requestsMade % REQUESTS_PER_SIGNAL === 0) this.#latest = undefined;
    this.#requestsMade += 1;
    this.#latest ??= sourceFor(this.#run);
    return this.#latest;
  }
}

function sourceFor(run: Abortable): LinkedSource {
  const source = linkSignal(run);
  // The listeners of several requests are no leak.
  setMaxListeners(0, source.signal);
  return source;
}
