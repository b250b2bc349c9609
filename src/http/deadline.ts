import { createAbortSource, onAbort } from '../abort-listeners.js';
import { type Clock, nothingToRelease } from './clock.js';

/** The time limit of one attempt, and the caller's abort, as one signal. */
export interface Deadline {
  /** Aborted by the caller, or when the time is up. */
  readonly signal: AbortSignal;
  readonly expired: boolean;
  /** Starts the time, or starts it anew: called when a socket is there, and whenever bytes move. */
  restart(): void;
  /** Releases the timer and the listener; to be called in every case. */
  stop(): void;
}

/** Prepares a deadline. Time does not run before the first `restart`, so that waiting for a free socket costs nothing. */
export function createDeadline(clock: Clock, limitMs: number, callerSignal?: AbortSignal): Deadline {
  const source = createAbortSource();
  let expired = false;
  let stopped = false;
  let cancelTimer = nothingToRelease;
  const onCallerAbort = (): void => source.abort(callerSignal?.reason);
  if (callerSignal?.aborted) onCallerAbort();
  const release = onAbort(callerSignal, onCallerAbort);

  return {
    signal: source.signal,
    get expired() {
      return expired;
    },
    restart() {
      cancelTimer();
      if (stopped) return;
      cancelTimer = clock.schedule(() => {
        expired = true;
        source.abort();
      }, limitMs);
    },
    stop() {
      stopped = true;
      cancelTimer();
      release();
    },
  };
}
