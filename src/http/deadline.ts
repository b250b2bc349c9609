import type { GenericAbortSignal } from 'axios';
import { type Abortable, AbortSource } from '../abort-listeners.js';
import { type Clock, nothingToRelease } from './clock.js';

/**
 * The time limit of one attempt, and the caller's abort, as one. Time does not run before the first `restart`, so that
 * waiting for a free socket costs nothing. It is all that axios asks of a signal.
 */
export class Deadline extends AbortSource implements GenericAbortSignal {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #release: () => void;
  #cancelTimer = nothingToRelease;
  #expired = false;
  #stopped = false;

  constructor(clock: Clock, limitMs: number, caller: Abortable | undefined) {
    super();
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#release = this.follow(caller);
  }

  /** Whether the time was up. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Starts the time, or starts it anew: called when a socket is there, and whenever bytes move. */
  restart(): void {
    this.#cancelTimer();
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.schedule(() => {
      this.#expired = true;
      this.abort();
    }, this.#limitMs);
  }

  /** Lets no time pass until the next `restart`. */
  pause(): void {
    this.#cancelTimer();
  }

  /** Releases the timer and the listener; to be called in every case. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#release();
  }

  /** For axios, which knows one event. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.listen(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.leave(listener);
  }
}
