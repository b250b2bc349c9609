/** The time of this process, moved by hand. */
export interface FrozenDate {
  /** Moves the time on. */
  advance(ms: number): void;
}

/**
 * Stops the clock that everything in this process reads, libraries included, at the last whole second. Timers go on. There
 * is no way back: it is for programs of their own.
 */
export function freezeDate(): FrozenDate {
  let time = Math.floor(Date.now() / 1000) * 1000;
  const now = (): number => time;
  globalThis.Date = new Proxy(Date, {
    construct: (target, values, newTarget): Date =>
      Reflect.construct(target, values.length === 0 ? [time] : values, newTarget),
    get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  return { advance: (ms) => void (time += ms) };
}
