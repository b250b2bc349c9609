/** The time by which sessions are created and expire. */
export interface EmulatorClock {
  now(): number;
  advance(ms: number): void;
  reset(): void;
}

export function createEmulatorClock(base: () => number): EmulatorClock {
  let ahead = 0;
  return {
    now: () => base() + ahead,
    advance: (ms) => {
      ahead += ms;
    },
    reset: () => {
      ahead = 0;
    },
  };
}
