import { andThen } from '../functions/and-then.js';
import type { ToolCall } from '../functions/invocation.js';
import { CallOrder } from '../functions/call-order.js';
import { modelMessages } from '../functions/model-messages.js';
import type { CallOutcome } from './call-outcome.js';
import type { CallPosition, CallSite } from './call-site.js';
import { runFunctionCall, unrunCall } from './run-function-call.js';

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
 * Answers every call of one message; outcomes come back in the order of the calls, and without a promise where there is one
 * call that waits for nothing. Once a call ends the run, those not yet started are answered without being run, and those
 * that have started are waited for. Never rejects.
 */
export function runCalls(
  calls: readonly ToolCall[],
  options: RunCallsOptions,
): readonly CallOutcome[] | Promise<readonly CallOutcome[]> {
  const [first] = calls;
  return first !== undefined && calls.length === 1 ? runOnly(first, options) : runSeveral(calls, options);
}

function runOnly(call: ToolCall, options: RunCallsOptions): readonly CallOutcome[] | Promise<readonly CallOutcome[]> {
  const told = (outcome: CallOutcome): readonly CallOutcome[] => {
    options.onOutcome(outcome);
    return [outcome];
  };
  return andThen(answer(call, { index: 0, count: 1 }, options), told);
}

async function runSeveral(calls: readonly ToolCall[], options: RunCallsOptions): Promise<readonly CallOutcome[]> {
  const outcomes: CallOutcome[] = [];
  const workers = Math.min(options.concurrency, calls.length);
  const order = workers > 1 ? new CallOrder() : undefined;
  let hasEnded = false;
  const pending = calls.entries();
  const worker = async (): Promise<void> => {
    for (const [index, call] of pending) {
      const outcome = await answer(call, { index, count: calls.length, order, hasEnded }, options);
      hasEnded ||= outcome.terminate === true || outcome.rejection !== undefined;
      outcomes[index] = outcome;
      options.onOutcome(outcome);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return outcomes;
}

/** Where a call stands among those of its message, and whether one of them has ended the run. */
interface CallTurn extends CallPosition {
  readonly hasEnded?: boolean;
}

function answer(
  call: ToolCall,
  position: CallTurn,
  { site, budget }: RunCallsOptions,
): CallOutcome | Promise<CallOutcome> {
  if (site.signal.aborted) return unrunCall(call, modelMessages.cancelled, site);
  if (position.hasEnded === true) return unrunCall(call, modelMessages.ended, site);
  if (position.index >= budget.left) return unrunCall(call, modelMessages.budget(budget.limit), site);
  return runFunctionCall(call, site, position);
}
