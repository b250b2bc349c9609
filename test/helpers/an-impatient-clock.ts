import type { Clock } from '../../src/http/clock.js';

/** Pauses between attempts pass at once; the limits, which are longer, never do. */
export const impatientClock: Clock = {
  now: () => Date.now(),
  schedule: (action, delayMs) => {
    const turn = delayMs < 5_000 ? setImmediate(action) : undefined;
    return () => clearImmediate(turn);
  },
};
