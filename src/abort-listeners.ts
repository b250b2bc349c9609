/**
 * What there is to know of an abort. A source stands for the signal that nobody has asked it for: on Node 20 a signal costs
 * more than all else about a call.
 */
export type Abortable = AbortSignal | AbortSource;

// Some loaders load the package twice, once for `require` and once for `import()`: each knows what the other has made.
const IS_SOURCE = Symbol.for('dynamic-sessions-kernel.AbortSource');

/** What `AbortController` is, for aborts that come and go with every call. */
export class AbortSource {
  readonly #waiting = new Set<() => void>();
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  get [IS_SOURCE](): true {
    return true;
  }

  /** Made when it is first asked for, and the same from then on; nothing but this source aborts it. */
  get signal(): AbortSignal {
    return (this.#controller ?? this.#createController()).signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** @throws the reason, if there is an abort */
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    callAll(this.#waiting);
  }

  /** Aborts with another, at once if that has aborted already. @returns lets go of it; to be called on every path */
  follow(parent: Abortable | undefined): () => void {
    const abort = (): void => this.abort(parent?.reason);
    if (parent?.aborted === true) abort();
    return onAbort(parent, abort);
  }

  /** As `onAbort`, for what has not aborted. */
  listen(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.leave(listener);
  }

  /** Lets go of a listener. */
  leave(listener: () => void): void {
    this.#waiting.delete(listener);
  }

  #createController(): AbortController {
    const controller = new AbortController();
    this.#controller = controller;
    const signal: OwnSignal = controller.signal;
    signal[SOURCE] = this;
    if (this.#aborted) controller.abort(this.#reason);
    return controller;
  }
}

/** Whether a value tells of an abort, as code that knows signals only expects it: a controller does not. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  return 'aborted' in value && 'addEventListener' in value && typeof value.addEventListener === 'function';
}

// A signal of this library is told to its listeners without events, which cost more than all else about it.
const SOURCE = Symbol.for('dynamic-sessions-kernel.source');

interface OwnSignal extends AbortSignal {
  [SOURCE]?: AbortSource;
}

function isSource(abortable: Abortable): abortable is AbortSource {
  return IS_SOURCE in abortable;
}

/** The signal of what can be aborted, for code that knows signals only. */
export function signalOf(abortable: Abortable): AbortSignal {
  return isSource(abortable) ? abortable.signal : abortable;
}

/**
 * Calls `listener` once on an abort; not if that has been already.
 *
 * @returns lets go of what can be aborted; to be called on every path
 */
export function onAbort(abortable: Abortable | undefined, listener: () => void): () => void {
  if (abortable === undefined || abortable.aborted) return () => undefined;
  if (isSource(abortable)) return abortable.listen(listener);
  const { [SOURCE]: source }: OwnSignal = abortable;
  return source === undefined ? onForeignAbort(abortable, listener) : source.listen(listener);
}

// One event listener for each signal, whoever waits for it: Node warns of a leak from the eleventh on, and a signal that
// an application shares among all its calls has as many as there are calls under way.
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

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
