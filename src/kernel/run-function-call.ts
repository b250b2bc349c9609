import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage } from '../chat/chat-service.js';
import { copyMessage } from '../chat/copy-message.js';
import { untilAborted } from '../functions/abort.js';
import { checkArguments } from '../functions/arguments.js';
import type { KernelArguments, ToolCall } from '../functions/invocation.js';
import { runFunction } from '../functions/run-function.js';
import type { AdvertisedFunction, AdvertisedFunctions } from './advertised-functions.js';
import { failureOutcome, misconfiguredOutcome, thrownOutcome, valueOutcome } from './call-outcome.js';
import type { CallOutcome, PendingCall } from './call-outcome.js';
import type { KernelState } from './kernel-state.js';
import { modelMessages } from '../functions/model-messages.js';
import { parseArguments } from '../functions/parse-arguments.js';
import { traceCall } from './telemetry.js';

/** Where in a run a call stands. */
export interface CallSite {
  readonly state: KernelState;
  readonly advertised: AdvertisedFunctions;
  readonly callerArguments: Readonly<KernelArguments>;
  readonly history: ChatHistory;
  readonly message: AssistantMessage;
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly index: number;
  readonly count: number;
}

/** The call under the name that the model should have used. */
export function canonicalCall(call: ToolCall, advertised: AdvertisedFunctions): ToolCall {
  const target = advertised.resolve(call.name);
  return target === undefined ? call : { ...call, name: target.wireName };
}

/** Answers one call of a model: resolve, parse, validate, filters, function. Never rejects. */
export async function runFunctionCall(call: ToolCall, site: CallSite): Promise<CallOutcome> {
  const pending = pendingCall(call, site);
  const target = site.advertised.resolve(call.name);
  if (target === undefined) {
    const text = modelMessages.unknown(call.name, site.advertised.names);
    return failureOutcome(pending, { code: 'function_not_found', text });
  }
  const traced = {
    wireName: target.wireName,
    description: target.definition.metadata.description,
    toolCall: call,
    captureContent: site.state.captureContent,
  };
  return traceCall(traced, () => answerCall(pending, { target, site }));
}

/** Answers a call without running it. */
export function unrunCall(call: ToolCall, text: string, site: Pick<CallSite, 'advertised' | 'attempt'>): CallOutcome {
  return failureOutcome(pendingCall(call, site), { code: 'function_failed', text });
}

interface CallTarget {
  readonly target: AdvertisedFunction;
  readonly site: CallSite;
}

async function answerCall(pending: PendingCall, { target, site }: CallTarget): Promise<CallOutcome> {
  const parsed = parseArguments(pending.call.arguments, target.wireName);
  if (parsed.type === 'invalid') {
    const message = `The arguments for "${target.wireName}" are not a JSON object, or too long.`;
    return failureOutcome(pending, { code: 'invalid_arguments', text: parsed.text, message });
  }
  try {
    return await checkAndRun(pending, parsed.arguments, { target, site });
  } catch (error) {
    return thrownOutcome(pending, error, target, { errorDetail: site.state.errorDetail, aborted: site.signal.aborted });
  }
}

function pendingCall(call: ToolCall, { advertised, attempt }: Pick<CallSite, 'advertised' | 'attempt'>): PendingCall {
  const metadata = advertised.resolve(call.name)?.definition.metadata;
  return { call: { ...call }, attempt, startedAt: performance.now(), ...(metadata && { function: metadata }) };
}

async function checkAndRun(
  pending: PendingCall,
  model: KernelArguments,
  { target, site }: CallTarget,
): Promise<CallOutcome> {
  const check = checkArguments(target.definition.input, { caller: site.callerArguments, model });
  const checked = await untilAborted(check, site.signal);
  switch (checked.type) {
    case 'misconfigured':
      return misconfiguredOutcome(pending, checked.issues, target.wireName);
    case 'invalid': {
      const text = modelMessages.invalid(target.wireName, checked.issues);
      const message = `The arguments for "${target.wireName}" do not fit its schema; \`data.issues\` says where.`;
      return failureOutcome(pending, { code: 'invalid_arguments', text, message, data: { issues: checked.issues } });
    }
    case 'valid': {
      // The record keeps what the function was given, whatever the function does to it.
      const given = { ...pending, arguments: copyOf(checked.arguments) };
      return runWithFilters(given, checked.arguments, { target, site });
    }
    default:
      return checked satisfies never;
  }
}

async function runWithFilters(
  pending: PendingCall,
  args: KernelArguments,
  { target, site }: CallTarget,
): Promise<CallOutcome> {
  const { state, history, message, signal, attempt, index, count } = site;
  const { definition } = target;
  // Copies of the call and its message: they go into the history as the model wrote them, whatever becomes of these.
  const toolCall = { ...pending.call };
  const scope = { kernel: state.handle, arguments: site.callerArguments, toolCall: { ...toolCall }, attempt, signal };
  const context = {
    function: definition.metadata,
    arguments: args,
    signal,
    toolCall,
    history,
    message: copyMessage(message),
    attempt,
    index,
    count,
    terminate: false,
  };
  try {
    const body = (current: KernelArguments): Promise<unknown> => runFunction(definition, current, scope);
    const { result, terminate } = await untilAborted(state.filters.runAutoFunction(context, body), signal);
    return { ...valueOutcome(pending, result, target), terminate };
  } catch (error) {
    const circumstances = { errorDetail: state.errorDetail, aborted: signal.aborted };
    return { ...thrownOutcome(pending, error, target, circumstances), terminate: context.terminate };
  }
}

function copyOf(args: KernelArguments): KernelArguments {
  try {
    return structuredClone(args);
  } catch {
    return { ...args };
  }
}
