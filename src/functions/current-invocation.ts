import { currentContext } from './call-context.js';
import type { InvocationScope } from './invocation.js';

/** The scope of the kernel function that is running here, wherever it was called from; undefined outside of one. */
export function currentInvocation(): InvocationScope | undefined {
  return currentContext()?.scope;
}
