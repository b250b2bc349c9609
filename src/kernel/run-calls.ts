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
export function runCalls(
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
  let next = 0;
  const worker = async (): Promise<readonly CallOutcome[]> => {
    for (let call = calls[next]; call !== undefined; call = calls[next]) {
      const index = next;
      next += 1;
      const outcome = await answer(call, index);
      ended ||= outcome.terminate === true || outcome.rejection !== undefined;
      outcomes[index] = outcome;
      onOutcome(outcome);
    }
    return outcomes;
  };
  if (workers === 1) return worker();
  return Promise.all(Array.from({ length: workers }, worker)).then(() => outcomes);
}
