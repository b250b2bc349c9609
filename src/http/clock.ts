import { type Abortable, onAbort } from '../abort-listeners.js';

/** Time, as far as it decides something; a test hands in one that it moves itself. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `action` once after `delayMs`, unless the function given back is called first. */
  schedule(action: () => void, delayMs: number): () => void;
}

/** Node's own clock. Its timers keep the process alive: a deadline has to fire even if nothing else happens. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (action: () => void, delayMs: number) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
});

/** For a release function that has nothing to release yet. */
export const nothingToRelease = (): void => undefined;

/** Waits `delayMs`. An abort rejects at once with `signal.reason`. */
export async function sleep(clock: Clock, delayMs: number, signal?: Abortable): Promise<void> {
  signal?.throwIfAborted();
  let release = nothingToRelease;
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.schedule(resolve, delayMs);
      const letGo = onAbort(signal, () => reject(signal?.reason));
      release = () => {
        cancel();
        letGo();
      };
    });
  } finally {
    release();
  }
}
