import { SessionsError } from '../errors.js';
import type { HttpAnswer } from './http-request.js';

/**
 * The JSON of an answer. Errors end with the note.
 *
 * @throws SessionsError `invalid_response` for an empty body, a page, or JSON that breaks off. The text is not repeated.
 */
export function readJsonAnswer(answer: HttpAnswer, operation: string, note = ''): unknown {
  const text = answer.text.trim();
  if (text === '')
    throw invalid(answer, `${operation} failed: the session pool answered ${answer.status} with an empty body.${note}`);
  refusePage(answer, operation, note);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(
      answer,
      `${operation} failed: the session pool answered ${answer.status} with JSON that is cut off or malformed (${text.length} characters).${note}`,
    );
  }
}

/**
 * For answers that may be empty or anything else but a page, which is from somebody else: nothing has been done then.
 *
 * @throws SessionsError `invalid_response`. The text is not repeated, and ends with the note.
 */
export function refusePage(answer: HttpAnswer, operation: string, note = ''): void {
  if (!answer.text.trimStart().startsWith('<')) return;
  throw invalid(
    answer,
    `${operation} failed: the session pool answered ${answer.status} with an HTML page instead of JSON. Check \`poolManagementEndpoint\`: something else answers there.${note}`,
  );
}

function invalid(answer: HttpAnswer, message: string): SessionsError {
  const correlationId = answer.header('mise-correlation-id');
  return new SessionsError('invalid_response', message, {
    status: answer.status,
    ...(correlationId === undefined ? {} : { correlationId: answer.redact(correlationId) }),
  });
}
