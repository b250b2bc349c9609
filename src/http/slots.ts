import { type Abortable, onAbort } from '../abort-listeners.js';
import type { HttpRequest } from './http-request.js';

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

/** Takes a slot for a request as soon as nothing holds it up any more. */
export async function enterSlot(
  slots: Slots,
  { signal, holdUp }: Pick<HttpRequest, 'signal' | 'holdUp'>,
): Promise<() => void> {
  for (;;) {
    const release = await slots.take(signal);
    const obstacle = holdUp?.();
    if (obstacle === undefined) return release;
    // Whatever holds it up may need the slot.
    release();
    await passed(obstacle, signal);
  }
}

async function passed(obstacle: Promise<unknown>, signal: Abortable | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal?.reason));
    void obstacle.then(() => {
      release();
      resolve();
    });
  });
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
