// One event listener for each signal, whoever waits for it: Node warns of a leak from the eleventh on, and a signal that
// an application shares among all its calls has as many as there are calls under way.
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

// A signal of this library is told to its listeners without events, which cost more than all else about it.
const OWN_LISTENERS = Symbol('listeners');

interface OwnSignal extends AbortSignal {
  [OWN_LISTENERS]?: Set<() => void>;
}

/** What `AbortController` is, for signals that are made and let go of with every call. */
export interface AbortSource {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** Makes a signal that nothing but this source aborts. */
export function createAbortSource(): AbortSource {
  const controller = new AbortController();
  const signal: OwnSignal = controller.signal;
  const waiting = new Set<() => void>();
  signal[OWN_LISTENERS] = waiting;
  return {
    signal,
    abort(reason) {
      controller.abort(reason);
      callAll(waiting);
    },
  };
}

/**
 * Calls `listener` once when the signal aborts; not if it has aborted already.
 *
 * @returns lets go of the signal; to be called on every path
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const { [OWN_LISTENERS]: own }: OwnSignal = signal;
  if (own === undefined) return onForeignAbort(signal, listener);
  own.add(listener);
  return () => void own.delete(listener);
}

function onForeignAbort(signal: AbortSignal, listener: () => void): () => void {
  const waiting = listeners.get(signal) ?? new Set();
  listeners.set(signal, waiting);
  if (waiting.size === 0) signal.addEventListener('abort', tellListeners, { once: true });
  waiting.add(listener);
  return () => {
    waiting.delete(listener);
    if (waiting.size === 0) signal.removeEventListener('abort', tellListeners);
  };
}

function tellListeners(this: AbortSignal): void {
  const waiting = listeners.get(this);
  listeners.delete(this);
  if (waiting !== undefined) callAll(waiting);
}

function callAll(waiting: Set<() => void>): void {
  const called = [...waiting];
  waiting.clear();
  for (const listener of called) listener();
}
