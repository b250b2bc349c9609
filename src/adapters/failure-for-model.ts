import { KernelError } from '../errors.js';
import type { CallAnswer } from '../functions/call-by-model.js';

/**
 * The error for a framework that hands an error's message to the model: it says what the model is told, but for the
 * "Error: " that frameworks put before it themselves, and for what that quotes of the arguments: applications log messages.
 * What the function threw is its `cause`, for the application.
 */
export function failureForModel({ text, loggable, error }: Extract<CallAnswer, { type: 'failure' }>): KernelError {
  const { code, cause, data } = error;
  const message = (loggable ?? text).replace(/^Error: /, '');
  return new KernelError(code, message, { ...(cause !== undefined && { cause }), ...(data !== undefined && { data }) });
}
