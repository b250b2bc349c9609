import { setMaxListeners } from 'node:events';
import type { Abortable } from '../abort-listeners.js';
import { linkSignal } from '../functions/abort.js';
import type { LinkedSource } from '../functions/abort.js';

/** How many requests have the same signal: a new one for each would cost more than all else about a round. */
const REQUESTS_PER_SIGNAL = 16;

/**
 * The signals that the requests of a run are made with. Not the run's own, which may live long: clients leave their
 * listeners behind.
 */
export class RequestSignals {
  readonly #run: Abortable;
  readonly #sources: LinkedSource[] = [];
  #requestsMade = 0;

  constructor(run: Abortable) {
    this.#run = run;
  }

  /** For one more request. */
  next(): LinkedSource {
    const isFull = this.#requestsMade % REQUESTS_PER_SIGNAL === 0;
    this.#requestsMade += 1;
    return (isFull ? undefined : this.#sources.at(-1)) ?? this.#add();
  }

  /** Lets go of the run; must be called on every path. */
  release(): void {
    for (const source of this.#sources) source.release();
  }

  #add(): LinkedSource {
    const added = linkSignal(this.#run);
    // The listeners of several requests are no leak.
    setMaxListeners(0, added.signal);
    this.#sources.push(added);
    return added;
  }
}
