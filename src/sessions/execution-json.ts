import type { HttpAnswer } from '../http/http-request.js';
import { readJsonAnswer } from '../http/json-answer.js';

/** A whole number too large for a JavaScript number, where the value of the last expression stands. */
const LARGE_WHOLE_NUMBER = /("(?:executionResult|result)"\s*:\s*)(-?\d{16,})(?=\s*[,}])/g;

/**
 * The JSON of an execution. Whole numbers that a JavaScript number would round are kept as text.
 *
 * @throws SessionsError `invalid_response` for an answer that is not JSON.
 */
export function readExecutionJson(answer: HttpAnswer, operation: string): unknown {
  const text = answer.text.replace(LARGE_WHOLE_NUMBER, (whole, key: string, digits: string) =>
    Number.isSafeInteger(Number(digits)) ? whole : `${key}"${digits}"`,
  );
  return readJsonAnswer({ ...answer, text }, operation, ' The code may have run.');
}
