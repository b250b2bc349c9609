// One event listener for each signal, whoever waits for it: Node warns of a leak from the eleventh on, and a signal that
// an application shares among all its calls has as many as there are calls under way.
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when the signal aborts; not if it has aborted already.
 *
 * @returns lets go of the signal; to be called on every path
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const waiting = listeners.get(signal) ?? new Set();
  listeners.set(signal, waiting);
  if (waiting.size === 0) signal.addEventListener('abort', callAll, { once: true });
  waiting.add(listener);
  return () => {
    waiting.delete(listener);
    if (waiting.size === 0) signal.removeEventListener('abort', callAll);
  };
}

function callAll(this: AbortSignal): void {
  const waiting = [...(listeners.get(this) ?? [])];
  listeners.delete(this);
  for (const listener of waiting) listener();
}
