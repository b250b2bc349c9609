import { type Abortable, signalOf } from '../abort-listeners.js';
import type { FunctionMetadata, InvocationScope, KernelArguments, KernelHandle, ToolCall } from './invocation.js';
import type { ScopeAbort } from './scope-abort.js';

/** What the scope of a run is made of. */
export interface ScopeParts extends Omit<InvocationScope, 'function' | 'signal'> {
  readonly signal: Abortable;
}

// A property and not a private field: a scope can be inherited from, and put behind a proxy.
const SOURCE = Symbol('source');

// A property of each scope, so that it is copied with `...`. The getter is the same for all: with one for each, each scope
// would have a hidden class of its own.
const SIGNAL: PropertyDescriptor = {
  enumerable: true,
  get(this: RunningScope) {
    return signalOf(this[SOURCE].abortable);
  },
};

/** The scope of a run, whose signal is made only for those who look at it. */
export class RunningScope implements InvocationScope {
  // Only declared: each is set once, in the order in which it is shown.
  declare readonly kernel: KernelHandle;
  declare readonly function: FunctionMetadata;
  declare readonly signal: AbortSignal;
  declare readonly arguments: Readonly<KernelArguments>;
  declare readonly toolCall?: ToolCall;
  declare readonly attempt?: number;
  declare readonly [SOURCE]: ScopeAbort;

  constructor(metadata: FunctionMetadata, parts: ScopeParts, abort: ScopeAbort) {
    Object.defineProperty(this, SOURCE, { value: abort });
    this.kernel = parts.kernel;
    this.function = metadata;
    Object.defineProperty(this, 'signal', SIGNAL);
    this.arguments = parts.arguments;
    if (parts.toolCall !== undefined) this.toolCall = parts.toolCall;
    if (parts.toolCall !== undefined && parts.attempt !== undefined) this.attempt = parts.attempt;
    Object.freeze(this);
  }

  /** What aborts a run, without making a signal of it. */
  static abortableOf(scope: InvocationScope & { readonly [SOURCE]?: ScopeAbort }): Abortable {
    return scope[SOURCE]?.abortable ?? scope.signal;
  }
}
