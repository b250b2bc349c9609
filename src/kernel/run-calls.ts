import type { ToolCall } from '../functions/invocation.js';
import { CallOrder } from '../functions/call-order.js';
import { modelMessages } from '../functions/model-messages.js';
import type { CallOutcome } from './call-outcome.js';
import { runFunctionCall, unrunCall } from './run-function-call.js';
import type { CallSite } from './run-function-call.js';

/** How the calls of one message are run. */
export interface RunCallsOptions {
  readonly site: CallSite;
  readonly concurrency: number;
  /** How many calls the run may still make, and the limit they count towards. */
  readonly budget: { readonly left: number; readonly limit: number };
  /** Told of each outcome as soon as it is there. */
  readonly onOutcome: (outcome: CallOutcome) => void;
}

/**
 * Answers every call of one message; outcomes come back in the order of the calls. Once a call ends the run, those not
 * yet started are answered without being run, and those that have started are waited for. Never rejects.
 */
export async function runCalls(
  calls: readonly ToolCall[],
  { site, concurrency, budget, onOutcome }: RunCallsOptions,
): Promise<readonly CallOutcome[]> {
  const outcomes: CallOutcome[] = [];
  const workers = Math.min(concurrency, calls.length);
  const order = workers > 1 ? new CallOrder() : undefined;
  let ended = false;
  const answer = (call: ToolCall, index: number): CallOutcome | Promise<CallOutcome> => {
    if (site.signal.aborted) return unrunCall(call, modelMessages.cancelled, site);
    if (ended) return unrunCall(call, modelMessages.ended, site);
    if (index >= budget.left) return unrunCall(call, modelMessages.budget(budget.limit), site);
    return runFunctionCall(call, site, { index, count: calls.length, order });
  };
  const pending = calls.entries();
  const worker = async (): Promise<void> => {
    for (const [index, call] of pending) {
      const outcome = await answer(call, index);
      ended ||= outcome.terminate === true || outcome.rejection !== undefined;
      outcomes[index] = outcome;
      onOutcome(outcome);
    }
  };
  await (workers === 1 ? worker() : Promise.all(Array.from({ length: workers }, worker)));
  return outcomes;
}
