import type { Clock } from '../../src/http/clock.js';

/** A clock that stands still until a test moves it. */
export interface HandMovedClock extends Clock {
  /** Moves the time on and runs what is due. */
  advance(ms: number): void;
  /** The timers that are set, by how long they still have to run. */
  pending(): number[];
  /** Resolves as soon as a timer of at least `ms` is set. */
  untilScheduled(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

export function aClock(start = Date.UTC(2026, 0, 1)): HandMovedClock {
  let time = start;
  const timers = new Set<Timer>();
  const watchers = new Set<{ ms: number; resolve: () => void }>();
  const pending = (): number[] => [...timers].map(({ at }) => at - time).sort((left, right) => left - right);
  return {
    now: () => time,
    schedule(action, delayMs) {
      const timer = { at: time + delayMs, action };
      timers.add(timer);
      for (const watcher of watchers) {
        if (delayMs < watcher.ms) continue;
        watchers.delete(watcher);
        watcher.resolve();
      }
      return () => timers.delete(timer);
    },
    advance(ms) {
      time += ms;
      for (const timer of [...timers].sort((left, right) => left.at - right.at)) {
        if (timer.at > time || !timers.delete(timer)) continue;
        timer.action();
      }
    },
    pending,
    async untilScheduled(ms) {
      if (pending().some((left) => left >= ms)) return;
      await new Promise<void>((resolve) => watchers.add({ ms, resolve }));
    },
  };
}
