import { performance } from 'node:perf_hooks';
import { types } from 'node:util';
import { type Abortable, signalOf } from '../abort-listeners.js';
import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage } from '../chat/chat-service.js';
import { copyCall, copyMessage } from '../chat/copy-message.js';
import { deepCopyOf } from '../deep-copy-of.js';
import { untilAborted } from '../functions/abort.js';
import { checkArguments, type CheckedArguments } from '../functions/arguments.js';
import { inContext } from '../functions/call-context.js';
import { type FilteredRuns, throughFilters } from '../functions/filtered-runs.js';
import type { KernelArguments, ToolCall } from '../functions/invocation.js';
import { type QueuePlace, runFunction } from '../functions/run-function.js';
import type { AdvertisedFunction, AdvertisedFunctions } from './advertised-functions.js';
import type { CallOutcome, PendingCall } from './call-outcome.js';
import { failureOutcome, misconfiguredOutcome, thrownOutcome, valueOutcome } from './call-outcome.js';
import type { CallOrder } from '../functions/call-order.js';
import type { KernelState } from './kernel-state.js';
import { modelMessages } from '../functions/model-messages.js';
import { shownName } from '../functions/names.js';
import { parseArguments } from '../functions/parse-arguments.js';
import { traceCall } from './telemetry.js';

/** Where in a run the calls of one message stand. */
export interface CallSite {
  readonly state: KernelState;
  readonly advertised: AdvertisedFunctions;
  readonly callerArguments: Readonly<KernelArguments>;
  readonly history: ChatHistory;
  readonly message: AssistantMessage;
  readonly signal: Abortable;
  /** How many runs of `chat` it is inside of. */
  readonly depth: number;
  readonly attempt: number;
}

/** Where a call stands among those of its message. */
export interface CallPosition {
  readonly index: number;
  readonly count: number;
  /** Present where calls of a message run at once. */
  readonly order?: CallOrder | undefined;
}

/** Answers one call of a model: resolve, parse, validate, filters, function. Never rejects. */
export function runFunctionCall(
  call: ToolCall,
  site: CallSite,
  position: CallPosition,
): CallOutcome | Promise<CallOutcome> {
  const target = site.advertised.resolve(call.name);
  const pending = pendingCall(call, target, site.attempt);
  if (target === undefined) {
    const { names } = site.advertised;
    const text = modelMessages.unknown(call.name, names);
    const message = modelMessages.unknown(shownName(call.name), names);
    return failureOutcome(pending, { code: 'function_not_found', text, message });
  }
  const { definition, wireName } = target;
  const place = definition.exclusive === false ? undefined : position.order?.next(definition.owner);
  const traced = {
    wireName,
    description: definition.metadata.description,
    toolCall: call,
    captureContent: site.state.captureContent,
  };
  const outcome = traceCall(traced, () => answerCall(pending, { target, site, position, place }));
  return place === undefined ? outcome : outcome.finally(place.take);
}

/** Answers a call without running it. */
export function unrunCall(call: ToolCall, text: string, site: Pick<CallSite, 'advertised' | 'attempt'>): CallOutcome {
  const target = site.advertised.resolve(call.name);
  return failureOutcome(pendingCall(call, target, site.attempt), { code: 'function_failed', text });
}

interface CallTarget {
  readonly target: AdvertisedFunction;
  readonly site: CallSite;
  readonly position: CallPosition;
  readonly place: QueuePlace | undefined;
  /** What aborts a run that filters are around. @default the site's */
  readonly own?: Abortable;
}

async function answerCall(pending: PendingCall, callTarget: CallTarget): Promise<CallOutcome> {
  const { target, site } = callTarget;
  const parsed = parseArguments(pending.call.arguments, target.wireName);
  if (parsed.type === 'invalid') {
    const message = `The arguments for "${target.wireName}" are not a JSON object, or too long.`;
    return failureOutcome(pending, { code: 'invalid_arguments', text: parsed.text, message });
  }
  try {
    const check = checkModelArguments(parsed.arguments, callTarget);
    const checked = types.isPromise(check) ? await check : check;
    if (checked.type !== 'valid') return refusedOutcome(pending, checked, target);
    // The record keeps what the function was given, whatever the function does to it.
    pending.arguments = deepCopyOf(checked.arguments);
    return site.state.filters.has('autoFunction')
      ? await runThroughFilters(pending, checked.arguments, callTarget)
      : valueOutcome(pending, await run(pending, checked.arguments, callTarget), target);
  } catch (error) {
    return thrownOutcome(pending, error, target, { errorDetail: site.state.errorDetail, aborted: site.signal.aborted });
  }
}

function pendingCall(call: ToolCall, target: AdvertisedFunction | undefined, attempt: number): PendingCall {
  const pending: PendingCall = { call: { ...call }, attempt, startedAt: performance.now() };
  if (target !== undefined) pending.function = target.definition.metadata;
  return pending;
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

function run(pending: PendingCall, args: KernelArguments, { target, site, place, own }: CallTarget): Promise<unknown> {
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
    const circumstances = { errorDetail: state.errorDetail, aborted: signal.aborted };
    return { ...thrownOutcome(pending, error, target, circumstances), terminate: context.terminate };
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
