import { type Abortable, AbortSource, onAbort } from '../abort-listeners.js';

/**
 * Follows a parent and a deadline, until it is released. Done by hand for two reasons: `AbortSignal.any` keeps its
 * listeners on a long-lived parent, and the timer of `AbortSignal.timeout` does not keep the process alive, which then
 * ends instead of timing out.
 */
export class LinkedSource extends AbortSource {
  readonly #leave: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  constructor(parent: Abortable | undefined, timeoutMs: number | undefined) {
    super();
    this.#leave = this.follow(parent);
    if (timeoutMs !== undefined && !this.aborted) this.#timer = setTimeout(() => this.#expire(timeoutMs), timeoutMs);
  }

  /** Whether the deadline, not the parent, aborted it. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Lets go of the parent and of the timer; must be called on every path. */
  release(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#leave();
  }

  #expire(timeoutMs: number): void {
    if (this.aborted) return;
    this.#timedOut = true;
    const message = `The operation did not finish within ${timeoutMs} ms and was cancelled; raise its \`timeoutMs\`.`;
    this.abort(new DOMException(message, 'TimeoutError'));
  }
}

/**
 * Derives what aborts with a parent, or after a time.
 *
 * @param timeoutMs after which it aborts with a `TimeoutError`; none by default
 */
export function linkSignal(parent: Abortable | undefined, timeoutMs?: number): LinkedSource {
  return new LinkedSource(parent, timeoutMs);
}

/**
 * Waits for `work`, but no longer than until an abort: then it rejects with the reason, and whatever becomes of `work` is
 * dropped.
 */
export function untilAborted<T>(work: PromiseLike<T> | T, signal: Abortable): Promise<T> {
  if (signal.aborted) return Promise.race([work, Promise.reject(signal.reason)]);
  // By hand, not with a race: this is done several times in every round.
  return new Promise((resolve, reject) => {
    const finish = onAbort(signal, () => reject(signal.reason));
    Promise.resolve(work).then(
      (value) => {
        finish();
        resolve(value);
      },
      (error: unknown) => {
        finish();
        reject(error);
      },
    );
  });
}

// Node clamps longer timers to one millisecond.
const LONGEST_TIMER_MS = 2_147_483_647;

/** Whether a number can be a time-out in milliseconds. */
export function isTimeout(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LONGEST_TIMER_MS;
}
