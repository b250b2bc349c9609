import { types } from 'node:util';
import { signalOf } from '../abort-listeners.js';
import { copyCall, copyMessage } from '../chat/copy-message.js';
import { deepCopyOf } from '../deep-copy-of.js';
import { untilAborted } from '../functions/abort.js';
import { andThen } from '../functions/and-then.js';
import { type CheckedArguments, checkArguments } from '../functions/arguments.js';
import { inContext } from '../functions/call-context.js';
import { type FilteredRuns, throughFilters } from '../functions/filtered-runs.js';
import type { KernelArguments } from '../functions/invocation.js';
import { modelMessages } from '../functions/model-messages.js';
import { parseArguments } from '../functions/parse-arguments.js';
import { runFunction } from '../functions/run-function.js';
import type { AdvertisedFunction } from './advertised-functions.js';
import type { CallOutcome, PendingCall } from './call-outcome.js';
import { failureOutcome, misconfiguredOutcome, thrownOutcome, valueOutcome } from './call-outcome.js';
import type { CallTarget } from './call-site.js';
import type { KernelState } from './kernel-state.js';

/**
 * Answers a call whose function there is: parse, validate, filters, function. Never rejects, and gives a
 * promise only where something is waited for.
 */
export function answerCall(pending: PendingCall, callTarget: CallTarget): CallOutcome | Promise<CallOutcome> {
  const { target } = callTarget;
  const parsed = parseArguments(pending.call.arguments, target.wireName);
  if (parsed.type === 'invalid') {
    const message = `The arguments for "${target.wireName}" are not a JSON object, or too long.`;
    return failureOutcome(pending, { code: 'invalid_arguments', text: parsed.text, message });
  }
  try {
    const check = checkModelArguments(parsed.arguments, callTarget);
    const outcome = andThen(check, (checked) => answerChecked(pending, checked, callTarget));
    return types.isPromise(outcome) ? awaitedOutcome(pending, outcome, callTarget) : outcome;
  } catch (error) {
    return failedOutcome(pending, error, callTarget);
  }
}

function answerChecked(
  pending: PendingCall,
  checked: CheckedArguments,
  callTarget: CallTarget,
): CallOutcome | Promise<CallOutcome> {
  const { target, site } = callTarget;
  if (checked.type !== 'valid') return refusedOutcome(pending, checked, target);
  // The record keeps what the function was given, whatever the function does to it.
  pending.arguments = deepCopyOf(checked.arguments);
  if (site.state.filters.has('autoFunction')) return runThroughFilters(pending, checked.arguments, callTarget);
  return andThen(run(pending, checked.arguments, callTarget), (value) => valueOutcome(pending, value, target));
}

async function awaitedOutcome(
  pending: PendingCall,
  outcome: Promise<CallOutcome>,
  callTarget: CallTarget,
): Promise<CallOutcome> {
  try {
    return await outcome;
  } catch (error) {
    return failedOutcome(pending, error, callTarget);
  }
}

function failedOutcome(pending: PendingCall, error: unknown, { target, site }: CallTarget): CallOutcome {
  const { errorDetail } = site.state;
  return thrownOutcome(pending, error, target, { errorDetail, aborted: site.signal.aborted });
}

function checkModelArguments(
  model: KernelArguments,
  { target: { definition }, site: { callerArguments, signal, depth } }: CallTarget,
): CheckedArguments | Promise<CheckedArguments> {
  const check = (): CheckedArguments | Promise<CheckedArguments> =>
    checkArguments(definition.input, { caller: callerArguments, model });
  // Only a Standard Schema runs code of somebody else's.
  if (definition.input.type !== 'standard') return check();
  const checked = inContext({ depth }, async () => check());
  return untilAborted(checked, signal);
}

function refusedOutcome(
  pending: PendingCall,
  checked: Exclude<CheckedArguments, { type: 'valid' }>,
  { wireName }: AdvertisedFunction,
): CallOutcome {
  const { issues } = checked;
  if (checked.type === 'misconfigured') return misconfiguredOutcome(pending, issues, wireName);
  const text = modelMessages.invalid(wireName, issues);
  const message = `The arguments for "${wireName}" do not fit its schema; \`data.issues\` says where.`;
  return failureOutcome(pending, { code: 'invalid_arguments', text, message, data: { issues } });
}

function run(pending: PendingCall, args: KernelArguments, { target, site, place, own }: CallTarget): unknown {
  const { state, callerArguments, depth, attempt } = site;
  return runFunction(target.definition, args, {
    kernel: state.handle,
    arguments: callerArguments,
    toolCall: copyCall(pending.call),
    attempt,
    signal: own ?? site.signal,
    depth,
    place,
  });
}

async function runThroughFilters(
  pending: PendingCall,
  args: KernelArguments,
  callTarget: CallTarget,
): Promise<CallOutcome> {
  const { target, site } = callTarget;
  const { state, signal, depth } = site;
  const context = filterContext(pending, args, callTarget);
  const filtered = (runs: FilteredRuns): ReturnType<KernelState['filters']['runAutoFunction']> =>
    state.filters.runAutoFunction(context, (current) =>
      runs.make((own) => {
        pending.arguments = deepCopyOf(current);
        return run(pending, current, { ...callTarget, own });
      }),
    );
  try {
    const { result, terminate } = await throughFilters(signal, (runs) => inContext({ depth }, () => filtered(runs)));
    return { ...valueOutcome(pending, result, target), terminate };
  } catch (error) {
    return { ...failedOutcome(pending, error, callTarget), terminate: context.terminate };
  }
}

function filterContext(
  pending: PendingCall,
  args: KernelArguments,
  { target, site, position }: CallTarget,
): Parameters<KernelState['filters']['runAutoFunction']>[0] {
  const { history, message, signal, attempt } = site;
  return {
    function: target.definition.metadata,
    arguments: args,
    signal: signalOf(signal),
    // Copies of the call and its message: they go into the history as the model wrote them, whatever becomes of these.
    toolCall: copyCall(pending.call),
    history,
    message: copyMessage(message),
    attempt,
    index: position.index,
    count: position.count,
    terminate: false,
  };
}
