import { isKernelError, messageOf, propertyOf } from '../errors.js';
import type { FunctionDefinition } from './definition.js';
import { modelMessages } from './model-messages.js';
import { isTimeoutOf } from './run-function.js';

/** How much of an error's message a model is given, where the error itself says nothing about that. */
export type ErrorDetail = 'message' | 'none';

/** What a model is told of a function that threw; `name` is the one that the model knows it by. */
export function failureText(
  error: unknown,
  { name, definition, errorDetail }: { name: string; definition: FunctionDefinition; errorDetail: ErrorDetail },
): string {
  if (isTimeoutOf(definition, error)) return modelMessages.timeout(name, definition.timeoutMs ?? 0);
  if (isFatal(error)) return modelMessages.failedWithoutDetail(name);
  const modelMessage = propertyOf(error, 'modelMessage');
  if (typeof modelMessage === 'string') return modelMessages.functionError(modelMessage);
  return errorDetail === 'none'
    ? modelMessages.failedWithoutDetail(name)
    : modelMessages.failed(name, messageOf(error));
}

/**
 * Whether an error is the application's fault, which a model hears no details of. A function that invokes another one
 * throws the kernel's error about it; the application's failure stays one.
 */
export function isFatal(error: unknown): boolean {
  if (propertyOf(error, 'fatal') === true) return true;
  return isKernelError(error) && error.code === 'function_failed' && isFatal(error.cause);
}
