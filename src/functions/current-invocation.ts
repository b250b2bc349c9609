import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationScope } from './invocation.js';

const running = new AsyncLocalStorage<InvocationScope>();

/** The scope of the kernel function that is running here, wherever it was called from; undefined outside of one. */
export function currentInvocation(): InvocationScope | undefined {
  return running.getStore();
}

/** Runs `body` with `scope` as the current invocation. */
export function withInvocation<T>(scope: InvocationScope, body: () => T): T {
  return running.run(scope, body);
}
