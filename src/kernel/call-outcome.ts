import { KernelError, isKernelError, messageOf } from '../errors.js';
import type { KernelErrorCode } from '../errors.js';
import type { ChatMessage } from '../chat/chat-service.js';
import { cutMiddle, resultText } from '../functions/result-text.js';
import { isTimeoutOf } from '../functions/run-function.js';
import type { AdvertisedFunction } from './advertised-functions.js';
import type { FunctionCallRecord } from './chat-result.js';
import type { KernelState } from './kernel-state.js';
import { failureText, isFatal } from '../functions/failure-text.js';
import { modelMessages } from '../functions/model-messages.js';

/** A call's record, and what it means for the run. */
export interface CallOutcome {
  readonly record: FunctionCallRecord;
  /** Whether a filter ended the run. */
  readonly terminate?: boolean;
  /** The application's failure: the run rejects with it once the history is closed. */
  readonly rejection?: KernelError;
}

/** A call, and what is known of it before its outcome. */
export interface PendingCall extends Pick<FunctionCallRecord, 'call' | 'attempt' | 'function' | 'arguments'> {
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

/** The outcome of a function that returned. */
export function valueOutcome(
  pending: PendingCall,
  value: unknown,
  { wireName, definition }: AdvertisedFunction,
): CallOutcome {
  try {
    return { record: { ...recordOf(pending, cutMiddle(resultText(value), definition.maxResultChars)), value } };
  } catch (cause) {
    const text = modelMessages.unserialisable(wireName);
    return { record: { ...failureOutcome(pending, { code: 'function_failed', text, cause }).record, value } };
  }
}

/** The outcome of a call that was not run, or that went wrong by the model's fault. */
export function failureOutcome(pending: PendingCall, { code, text, message, ...rest }: CallFailure): CallOutcome {
  const error = new KernelError(code, message ?? text, rest);
  return { record: { ...recordOf(pending, text, true), error } };
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
    return { record: { ...recordOf(pending, modelMessages.ended, true), error }, rejection: error };
  }
  if (isKernelError(error) && isTimeoutOf(definition, error)) {
    return {
      record: { ...recordOf(pending, modelMessages.timeout(wireName, definition.timeoutMs ?? 0), true), error },
    };
  }
  const message = `Function "${wireName}" failed: ${messageOf(error)}`;
  if (isFatal(error)) {
    const rejection = new KernelError(code, message, { cause: error });
    return {
      record: { ...recordOf(pending, modelMessages.failedWithoutDetail(wireName), true), error: rejection },
      rejection,
    };
  }
  return failureOutcome(pending, { code, text: failureText(error, wireName, errorDetail), message, cause: error });
}

/** The outcome of a call for which the application did not give what it must. */
export function misconfiguredOutcome(pending: PendingCall, issues: readonly string[], wireName: string): CallOutcome {
  const message = `Function "${wireName}" needs \`arguments\` of the application: ${issues.join('; ')}. Pass them in the options of chat().`;
  const rejection = new KernelError('invalid_arguments', message, { data: { issues } });
  return {
    record: { ...recordOf(pending, modelMessages.failedWithoutDetail(wireName), true), error: rejection },
    rejection,
  };
}

function recordOf({ startedAt, ...pending }: PendingCall, content: string, isError?: true): FunctionCallRecord {
  const { id, name } = pending.call;
  const result: ChatMessage = { role: 'tool', toolCallId: id, name, content };
  if (isError) result.isError = true;
  return { ...pending, result, durationMs: performance.now() - startedAt };
}
