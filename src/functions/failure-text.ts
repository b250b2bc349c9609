import { isKernelError, messageOf, propertyOf } from '../errors.js';
import { modelMessages } from './model-messages.js';

/** What a model reads of what a function threw; with the detail `none`, no more than that it did. */
export function failureText(error: unknown, wireName: string, detail: 'message' | 'none'): string {
  const modelMessage = propertyOf(error, 'modelMessage');
  if (typeof modelMessage === 'string') return modelMessages.functionError(modelMessage);
  return detail === 'none'
    ? modelMessages.failedWithoutDetail(wireName)
    : modelMessages.failed(wireName, messageOf(error));
}

/**
 * Whether an error is the application's failure, which no model could mend. A function that invokes another one throws the
 * kernel's error about it: such a failure stays one.
 */
export function isFatal(error: unknown): boolean {
  if (propertyOf(error, 'fatal') === true) return true;
  return isKernelError(error) && error.code === 'function_failed' && isFatal(error.cause);
}
