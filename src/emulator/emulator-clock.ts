/** The time by which sessions are created and expire. */
export interface EmulatorClock {
  now(): number;
  advance(ms: number): void;
  reset(): void;
}

/** The last moment that a Date can hold. */
const END_OF_TIME = 8_640_000_000_000_000;

export function createEmulatorClock(base: () => number): EmulatorClock {
  let ahead = 0;
  return {
    now: () => Math.min(base() + ahead, END_OF_TIME),
    advance: (ms) => {
      ahead += ms;
    },
    reset: () => {
      ahead = 0;
    },
  };
}
