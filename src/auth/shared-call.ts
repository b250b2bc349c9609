import { type Abortable, onAbort } from '../abort-listeners.js';

/** A call under way whose outcome many wait for. */
export interface SharedCall<Outcome> {
  /** True once everybody who waited has left: the call's signal is aborted and nobody should join. */
  readonly abandoned: boolean;
  /** Waits for the outcome. An abort of `signal` rejects this waiter with `signal.reason` and leaves the others alone. */
  wait(signal?: Abortable): Promise<Outcome>;
}

/**
 * Starts a call for many waiters. The signal handed to `start` is aborted when the last waiter has left,
 * unless the call runs `detached`: then it goes on without anybody waiting.
 */
export function startSharedCall<Outcome>(
  start: (signal: AbortSignal) => Promise<Outcome>,
  options: { detached: boolean },
): SharedCall<Outcome> {
  const controller = new AbortController();
  const outcome = start(controller.signal);
  outcome.catch(() => undefined); // Each waiter gets the failure; a call that all have left must not end the process.
  let waiting = 0;

  const leave = (): void => {
    waiting -= 1;
    if (waiting === 0 && !options.detached) controller.abort(new Error('Nobody waits for the token any more.'));
  };

  return {
    get abandoned() {
      return controller.signal.aborted;
    },
    wait(signal) {
      if (signal === undefined) {
        waiting += 1;
        return outcome;
      }
      if (signal.aborted) return Promise.reject(signal.reason);
      waiting += 1;
      return new Promise<Outcome>((resolve, reject) => {
        const release = onAbort(signal, () => {
          leave();
          reject(signal.reason);
        });
        outcome.then(resolve, reject).finally(release);
      });
    },
  };
}
