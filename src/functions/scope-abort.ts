import type { Abortable } from '../abort-listeners.js';
import { linkSignal } from './abort.js';
import type { LinkedSource } from './abort.js';

/** What aborts one run of a function, until it is over. */
export class ScopeAbort {
  readonly #source: Abortable;
  readonly #isShared: boolean;
  /** What a link that is made now has to follow. */
  #followed: Abortable | undefined;
  #link: LinkedSource | undefined;

  private constructor(source: Abortable, isShared: boolean) {
    this.#source = source;
    this.#followed = source;
    this.#isShared = isShared;
  }

  /** Of what aborts this run alone. */
  static own(source: Abortable): ScopeAbort {
    return new ScopeAbort(source, false);
  }

  /**
   * Of what aborts others too. The run has one of its own, made when it is first asked for: functions leave their listeners
   * behind, and keep the scope when they are over.
   */
  static shared(source: Abortable): ScopeAbort {
    return new ScopeAbort(source, true);
  }

  /** The same each time. Of a run that is over: aborted only if it was aborted by then. */
  get abortable(): Abortable {
    if (!this.#isShared) return this.#source;
    this.#link ??= linkSignal(this.#followed);
    return this.#link;
  }

  /** Lets go of what aborts the run; must be called on every path. */
  release(): void {
    if (!this.#source.aborted) this.#followed = undefined;
    this.#link?.release();
  }
}
