import type { LimitClock, LimitTimer } from '../../src/auth/answer-limit.js';
import { aClock, type HandMovedClock } from './a-clock.js';

/** A clock that a test moves, with the timers of the auth callbacks. */
export interface HandMovedLimitClock extends LimitClock, Pick<HandMovedClock, 'advance' | 'pending'> {
  /** How many timers that are set keep the process alive. */
  keepingAlive(): number;
}

export function aLimitClock(): HandMovedLimitClock {
  const clock = aClock();
  const alive = new Set<LimitTimer>();
  return {
    now: clock.now,
    advance: (ms) => clock.advance(ms),
    pending: () => clock.pending(),
    keepingAlive: () => alive.size,
    setTimer(action, delayMs) {
      const release = clock.schedule(() => {
        alive.delete(timer);
        action();
      }, delayMs);
      const timer: LimitTimer = {
        cancel: () => {
          alive.delete(timer);
          release();
        },
        ref: () => void alive.add(timer),
        unref: () => void alive.delete(timer),
      };
      alive.add(timer);
      return timer;
    },
  };
}
