import { inTurn } from '../functions/function-lock.js';
import type { InvocationScope } from '../functions/invocation.js';

/** A call of a tool's session; `scope` where a kernel makes it. */
export interface SessionCall {
  readonly tool: object;
  readonly identifier: string;
  readonly scope: InvocationScope | undefined;
}

const owners = new WeakMap<object, object>();

/**
 * Runs a kernel's call in its turn among those of the same session. `exclusive` does that for calls that name the session
 * alike; here those meet that name the tool's own session and those that leave it out.
 */
export async function inSessionTurn<Outcome>(
  { tool, identifier, scope }: SessionCall,
  body: () => Promise<Outcome>,
): Promise<Outcome> {
  if (scope === undefined) return body();
  // The tool itself owns the turns of `exclusive`, whose keys look alike.
  const owner = owners.get(tool) ?? {};
  owners.set(tool, owner);
  return inTurn({ owner, key: identifier, signal: scope.signal }, body);
}
