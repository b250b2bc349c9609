import { KernelError } from '../errors.js';
import type { CallAnswer } from '../functions/call-by-model.js';

/**
 * The error for a framework that hands an error's message to the model: it says what the model is told. The original
 * error is in `cause`, for the application.
 */
export function failureForModel({ text, error }: Extract<CallAnswer, { type: 'failure' }>): KernelError {
  const { code, cause, data } = error;
  return new KernelError(code, text, { ...(cause !== undefined && { cause }), ...(data !== undefined && { data }) });
}
