import { performance } from 'node:perf_hooks';
import { KernelError, isKernelError, messageOf } from '../errors.js';
import type { KernelErrorCode } from '../errors.js';
import type { ChatMessage } from '../chat/chat-service.js';
import { copyCall } from '../chat/copy-message.js';
import type { FunctionMetadata, KernelArguments } from '../functions/invocation.js';
import { modelMessages } from '../functions/model-messages.js';
import { cutMiddle, resultText } from '../functions/result-text.js';
import { isTimeoutOf } from '../functions/run-function.js';
import { failureText, isFatal } from '../functions/thrown-failure.js';
import type { AdvertisedFunction } from './advertised-functions.js';
import type { ChatEvent, FunctionCallRecord } from './chat-result.js';
import type { KernelState } from './kernel-state.js';

/** A call's record, and what it means for the run. */
export interface CallOutcome {
  readonly record: FunctionCallRecord;
  /** Whether a filter ended the run. */
  readonly terminate?: boolean;
  /** The application's failure: the run rejects with it once the history is closed. */
  readonly rejection?: KernelError;
}

/** A call, and what is known of it before its outcome. */
export interface PendingCall extends Pick<FunctionCallRecord, 'call' | 'attempt'> {
  function?: FunctionMetadata;
  arguments?: KernelArguments;
  readonly startedAt: number;
}

/** What a call is answered with: the model's text, and the application's error. */
export interface CallFailure {
  readonly code: KernelErrorCode;
  readonly text: string;
  /** Where the text quotes what the model wrote: that is for the model only. @default the text */
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** What a stream tells of an outcome: copies, since the call and its answer are still to be committed to the history. */
export function resultEvent({ record }: CallOutcome): ChatEvent {
  const { call, result } = record;
  return { type: 'result', record: { ...record, call: copyCall(call), result: { ...result } } };
}

/** The outcome of a function that returned. */
export function valueOutcome(
  pending: PendingCall,
  value: unknown,
  { wireName, definition }: AdvertisedFunction,
): CallOutcome {
  try {
    return { record: recordOf(pending, cutMiddle(resultText(value), definition.maxResultChars), { value }) };
  } catch (cause) {
    const text = modelMessages.unserialisable(wireName);
    const error = new KernelError('function_failed', text, { cause });
    return { record: recordOf(pending, text, { value, error }) };
  }
}

/** The outcome of a call that was not run, or that went wrong by the model's fault. */
export function failureOutcome(pending: PendingCall, { code, text, message, ...rest }: CallFailure): CallOutcome {
  const error = new KernelError(code, message ?? text, rest);
  return { record: recordOf(pending, text, { error }) };
}

/** The outcome of a function, or of a filter around it, that threw. */
export function thrownOutcome(
  pending: PendingCall,
  error: unknown,
  { wireName, definition }: AdvertisedFunction,
  { errorDetail, aborted }: { errorDetail: KernelState['errorDetail']; aborted: boolean },
): CallOutcome {
  const code = 'function_failed';
  if (aborted) return failureOutcome(pending, { code, text: modelMessages.cancelled, cause: error });
  if (isKernelError(error) && error.code === 'filter_failed') {
    return { record: recordOf(pending, modelMessages.ended, { error }), rejection: error };
  }
  const text = failureText(error, { name: wireName, definition, errorDetail });
  if (isKernelError(error) && isTimeoutOf(definition, error)) {
    return { record: recordOf(pending, text, { error }) };
  }
  const message = `Function "${wireName}" failed: ${messageOf(error)}`;
  if (isFatal(error)) {
    const rejection = new KernelError(code, message, { cause: error });
    return { record: recordOf(pending, text, { error: rejection }), rejection };
  }
  return failureOutcome(pending, { code, text, message, cause: error });
}

/** The outcome of a call for which the application did not give what it must. */
export function misconfiguredOutcome(pending: PendingCall, issues: readonly string[], wireName: string): CallOutcome {
  const message = `Function "${wireName}" needs \`arguments\` of the application: ${issues.join('; ')}. Pass them in the options of chat().`;
  const rejection = new KernelError('invalid_arguments', message, { data: { issues } });
  return {
    record: recordOf(pending, modelMessages.failedWithoutDetail(wireName), { error: rejection }),
    rejection,
  };
}

// Field by field: on Node 20 each property that follows a spread costs as much as a small function.
function recordOf(
  pending: PendingCall,
  content: string,
  outcome: Pick<FunctionCallRecord, 'value' | 'error'>,
): FunctionCallRecord {
  const { call, attempt, startedAt } = pending;
  const result: ChatMessage = { role: 'tool', toolCallId: call.id, name: call.name, content };
  if (outcome.error !== undefined) result.isError = true;
  const record: Writable<FunctionCallRecord> = { call, attempt, result, durationMs: performance.now() - startedAt };
  if (pending.function !== undefined) record.function = pending.function;
  if (pending.arguments !== undefined) record.arguments = pending.arguments;
  if ('value' in outcome) record.value = outcome.value;
  if (outcome.error !== undefined) record.error = outcome.error;
  return record;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };
