import { type Abortable, signalOf } from '../abort-listeners.js';
import { linkSignal } from './abort.js';
import type { LinkedSource } from './abort.js';

/** What aborts one run of a function, and its signal, which is made only for those who look at it. */
export class ScopeSignal {
  readonly #isShared: boolean;
  #link: LinkedSource | undefined;
  #isOver = false;

  /**
   * @param aborts what aborts the run
   * @param isShared whether it aborts others too: then the run has a signal of its own, since functions leave their
   *   listeners behind
   */
  constructor(
    readonly aborts: Abortable,
    isShared: boolean,
  ) {
    this.#isShared = isShared;
  }

  /** The same each time. */
  get signal(): AbortSignal {
    if (!this.#isShared) return signalOf(this.aborts);
    this.#link ??= linkSignal(this.aborts);
    if (this.#isOver) this.#link.release();
    return this.#link.signal;
  }

  /** Lets go of what aborts the run; must be called on every path. */
  release(): void {
    this.#isOver = true;
    this.#link?.release();
  }
}
