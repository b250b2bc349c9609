/** Lets a number of tasks run at a time, the others wait in order. */
export interface StartQueue {
  run<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Whether something runs or waits. */
  readonly busy: boolean;
}

export function createStartQueue(places: number): StartQueue {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    get busy() {
      return free < places;
    },
    run: async (task) => {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
