import { type Abortable, signalOf } from '../abort-listeners.js';
import type { FunctionMetadata, InvocationScope, KernelArguments, KernelHandle, ToolCall } from './invocation.js';

/** What the scope of a run is made of. */
export interface ScopeParts extends Omit<InvocationScope, 'function' | 'signal'> {
  readonly signal: Abortable;
}

/** The scope of a run, whose signal is made only for those who look at it. */
export class RunningScope implements InvocationScope {
  // Only declared: each is set once, in the order in which it is shown.
  declare readonly kernel: KernelHandle;
  declare readonly function: FunctionMetadata;
  declare readonly signal: AbortSignal;
  declare readonly arguments: Readonly<KernelArguments>;
  declare readonly toolCall?: ToolCall;
  declare readonly attempt?: number;
  readonly #abortable: Abortable;

  constructor(metadata: FunctionMetadata, parts: ScopeParts, signal: Abortable) {
    this.#abortable = signal;
    this.kernel = parts.kernel;
    this.function = metadata;
    // A property of its own, and without `this`: a scope can be copied with `...`, inherited from, and put behind a proxy.
    Object.defineProperty(this, 'signal', { enumerable: true, get: () => signalOf(signal) });
    this.arguments = parts.arguments;
    if (parts.toolCall !== undefined) this.toolCall = parts.toolCall;
    if (parts.toolCall !== undefined && parts.attempt !== undefined) this.attempt = parts.attempt;
    Object.freeze(this);
  }

  /** What aborts a run, without making a signal of it. */
  static abortableOf(scope: InvocationScope): Abortable {
    return #abortable in scope ? scope.#abortable : scope.signal;
  }
}
