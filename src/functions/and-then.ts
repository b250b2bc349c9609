import { types } from 'node:util';

/** Goes on with a value, at once unless it is a promise: one more of these costs as much as a small function. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return types.isPromise(value) ? value.then(next) : next(value);
}
