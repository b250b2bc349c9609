import { performance } from 'node:perf_hooks';
import { types } from 'node:util';
import type { ToolCall } from '../functions/invocation.js';
import { modelMessages } from '../functions/model-messages.js';
import { shownName } from '../functions/names.js';
import type { AdvertisedFunction } from './advertised-functions.js';
import { answerCall } from './answer-call.js';
import type { CallOutcome, PendingCall } from './call-outcome.js';
import { failureOutcome } from './call-outcome.js';
import type { CallPosition, CallSite } from './call-site.js';
import { traceCall } from './telemetry.js';

/** Answers one call of a model: finds its function, and runs it. Never rejects. */
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
  if (place === undefined) return outcome;
  if (types.isPromise(outcome)) return outcome.finally(place.take);
  place.take();
  return outcome;
}

/** Answers a call without running it. */
export function unrunCall(call: ToolCall, text: string, site: Pick<CallSite, 'advertised' | 'attempt'>): CallOutcome {
  const target = site.advertised.resolve(call.name);
  return failureOutcome(pendingCall(call, target, site.attempt), { code: 'function_failed', text });
}

function pendingCall(call: ToolCall, target: AdvertisedFunction | undefined, attempt: number): PendingCall {
  const pending: PendingCall = { call: { ...call }, attempt, startedAt: performance.now() };
  if (target !== undefined) pending.function = target.definition.metadata;
  return pending;
}
