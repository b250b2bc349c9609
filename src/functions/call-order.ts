import type { QueuePlace } from './run-function.js';

/**
 * Lets the calls of one message that run at once queue for exclusive functions in the order of the message: a filter that
 * takes its time over a call must not let a later one in first.
 */
export class CallOrder {
  // By plugin instance, not by key: filters may change what the key is made of.
  readonly #last = new Map<object, Promise<void>>();

  /** The next place among the functions of an owner; to be asked for in the order of the calls. */
  next(owner: object): QueuePlace {
    const before = this.#last.get(owner);
    let take = (): void => {};
    const taken = new Promise<void>((resolve) => (take = resolve));
    this.#last.set(owner, before === undefined ? taken : before.then(() => taken));
    return { before, take };
  }
}
