import { type Abortable, onAbort } from '../abort-listeners.js';
import { AnswerLimit, type LimitClock } from './answer-limit.js';

/** A call under way whose outcome many wait for. */
export interface SharedCall<Outcome> {
  /** True once nobody should join: everybody who waited has left, or the time for an answer is up. */
  readonly abandoned: boolean;
  /** Whether those who waited were told that there was no answer in time. */
  readonly givenUp: boolean;
  /**
   * Waits for the outcome. An abort of `signal` rejects this waiter with `signal.reason` and leaves the others alone.
   * Rejects with `auth_failed` when there is no answer in time.
   */
  wait(signal?: Abortable): Promise<Outcome>;
}

/** How a shared call is made. */
export interface SharedCallOptions {
  /** Whether it goes on without anybody waiting. Then it does not keep the process alive. */
  readonly detached: boolean;
  readonly clock: LimitClock;
}

/**
 * Starts a call for many waiters. The signal handed to `start` is aborted when the last waiter has left, unless the call
 * runs `detached`, and when there is no answer in time. What `start` does then is up to it: nobody waits for it.
 */
export function startSharedCall<Outcome>(
  start: (signal: AbortSignal) => Promise<Outcome>,
  { detached, clock }: SharedCallOptions,
): SharedCall<Outcome> {
  const controller = new AbortController();
  let tellUnanswered = (_error: Error): void => undefined;
  const unanswered = new Promise<never>((_resolve, reject) => (tellUnanswered = reject));
  let givenUp = false;
  const limit = new AnswerLimit(clock, controller.signal, (error) => {
    givenUp = true;
    tellUnanswered(error);
    controller.abort(error);
  });
  const outcome = Promise.race([start(controller.signal), unanswered]).finally(() => limit.stop());
  outcome.catch(() => undefined); // Each waiter gets the failure; a call that all have left must not end the process.
  let waiting = 0;

  const join = (): void => {
    waiting += 1;
    limit.hold();
  };
  const leave = (): void => {
    waiting -= 1;
    if (waiting > 0) return;
    if (detached) return limit.release();
    limit.stop();
    controller.abort(new Error('Nobody waits for the token any more.'));
  };

  return {
    get abandoned() {
      return controller.signal.aborted || limit.passed;
    },
    get givenUp() {
      return givenUp;
    },
    wait(signal) {
      if (signal === undefined) {
        join();
        return outcome;
      }
      if (signal.aborted) return Promise.reject(signal.reason);
      join();
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
