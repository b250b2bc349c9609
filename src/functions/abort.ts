import { createAbortSource, onAbort } from '../abort-listeners.js';

/** A signal that follows a parent and a deadline, until it is released. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Whether the deadline, not the parent, aborted it. */
  readonly timedOut: () => boolean;
  readonly abort: (reason: unknown) => void;
  /** Lets go of the parent and of the timer; must be called on every path. */
  readonly release: () => void;
}

/**
 * Derives a signal. Done by hand for two reasons: `AbortSignal.any` keeps its listeners on a long-lived parent, and the
 * timer of `AbortSignal.timeout` does not keep the process alive, which then ends instead of timing out.
 *
 * @param timeoutMs after which the signal aborts with a `TimeoutError`; none by default
 */
export function linkSignal(parent: AbortSignal | undefined, timeoutMs?: number): LinkedSignal {
  const source = createAbortSource();
  let late = false;
  const follow = (): void => source.abort(parent?.reason);
  if (parent?.aborted === true) follow();
  const leave = onAbort(parent, follow);
  const expire = (): void => {
    if (source.signal.aborted) return;
    late = true;
    source.abort(new DOMException(`The operation did not finish within ${timeoutMs} ms.`, 'TimeoutError'));
  };
  const timer = timeoutMs === undefined || source.signal.aborted ? undefined : setTimeout(expire, timeoutMs);
  return {
    signal: source.signal,
    timedOut: () => late,
    abort: (reason) => source.abort(reason),
    release: () => {
      clearTimeout(timer);
      leave();
    },
  };
}

/**
 * Waits for `work`, but no longer than until the signal aborts: then it rejects with the signal's reason, and whatever
 * becomes of `work` is dropped.
 */
export function untilAborted<T>(work: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
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
