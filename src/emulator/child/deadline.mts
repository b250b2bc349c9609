const INTERRUPT = 2;
const READS_PER_LOOK = 64;
const REPEAT_MS = 250;
const PARENT_CHECK_MS = 1000;

/** The time limit of the running cell. */
export interface Deadline {
  /** For Pyodide's `setInterruptBuffer`. */
  readonly buffer: object;
  arm(timeoutMs: number): void;
  /** Whether it struck since it was armed. */
  disarm(): boolean;
  /** For waits in which Python does not run: the time until the next strike, and whether it strikes now. */
  remainingMs(): number;
  strikesNow(): boolean;
}

/**
 * A limit without shared memory or a second thread: the interpreter reads element 0 of a "buffer" between its
 * instructions, and this element is a look at the clock. `onLook` is called about once a second while Python runs.
 */
export function createDeadline(onLook: () => void): Deadline {
  const now = performance.now.bind(performance);
  let dueAt = Number.POSITIVE_INFINITY;
  let struck = false;
  let reads = 0;
  let lookAt = 0;
  const strikesNow = (): boolean => {
    const time = now();
    if (time > lookAt) {
      lookAt = time + PARENT_CHECK_MS;
      onLook();
    }
    if (time < dueAt) return false;
    struck = true;
    dueAt = time + REPEAT_MS;
    return true;
  };
  const read = (): number => (++reads % READS_PER_LOOK === 0 && strikesNow() ? INTERRUPT : 0);
  return {
    // Pyodide writes 0 after every read; the clock needs no such answer.
    buffer: Object.defineProperty({}, 0, { get: read, set: () => {} }),
    arm: (timeoutMs) => {
      struck = false;
      dueAt = now() + timeoutMs;
    },
    disarm: () => {
      dueAt = Number.POSITIVE_INFINITY;
      return struck;
    },
    remainingMs: () => Math.max(0, dueAt - now()),
    strikesNow,
  };
}
