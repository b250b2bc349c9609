import { type Abortable, onAbort } from '../abort-listeners.js';

/** How many may be under way at once; the others wait in their order. */
export interface Slots {
  /** Waits for a slot and gives the function that gives it back. An abort rejects at once with `signal.reason`. */
  take(signal?: Abortable): Promise<() => void>;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let free = count;

  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return {
    async take(signal) {
      signal?.throwIfAborted();
      if (free > 0) free -= 1;
      else await comeToTurn(waiting, signal);
      return once(giveBack);
    },
  };
}

async function comeToTurn(waiting: Set<() => void>, signal: Abortable | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const release = onAbort(signal, () => {
      waiting.delete(enter);
      reject(signal?.reason);
    });
    const enter = (): void => {
      release();
      resolve();
    };
    waiting.add(enter);
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
