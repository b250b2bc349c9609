import { KernelError, withoutFullStop } from '../errors.js';
import { asRecord, textOf } from './wire-fields.js';

/** The error of an answer, or of a stream, that says it failed. */
export function failedAnswer(error: unknown): KernelError {
  const { message, code } = asRecord(error);
  const reason = textOf(error) || textOf(message) || (typeof code === 'number' ? String(code) : textOf(code));
  const shown = withoutFullStop(reason) || 'no reason given';
  return new KernelError('service_failed', `The chat service failed: ${shown}.`, {
    ...(code !== undefined && { data: { serviceCode: code } }),
  });
}

/**
 * The failure that a choice of a Chat Completions answer, or a piece of one, tells of, if it does: gateways report so what
 * happens once they have begun to answer.
 *
 * @param error what the answer around it gives as its `error`
 */
export function choiceFailure(choice: Record<string, unknown>, error: unknown): KernelError | undefined {
  if (saysSomething(choice['error'])) return failedAnswer(choice['error']);
  if (saysSomething(error)) return failedAnswer(error);
  return choice['finish_reason'] === 'error' ? failedAnswer(undefined) : undefined;
}

/**
 * Why a Responses answer is none to go on with, if it is not: it failed, or has not come to its end.
 *
 * @param status of the answer, or of the event that brings it
 */
export function responseFailure({ error }: Record<string, unknown>, status: unknown): KernelError | undefined {
  if (status === 'failed' || saysSomething(error)) return failedAnswer(error);
  switch (textOf(status)) {
    case '':
    case 'completed':
    case 'incomplete':
      return undefined;
    case 'cancelled':
      return new KernelError('service_failed', 'The chat service failed: the answer was cancelled.');
    case 'queued':
    case 'in_progress':
      return unfinished(
        `the status "${String(status)}", before its end: leave \`background\` out of \`settings.extra\``,
      );
    default:
      return unfinished('a status that is not known');
  }
}

function unfinished(what: string): KernelError {
  return new KernelError('invalid_response', `The chat service gave an answer with ${what}.`);
}

/** Whether an `error` is one: some servers have the field in every answer, with nothing in it. */
function saysSomething(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return Boolean(error);
  return Object.values(error).some((value) => value !== null && value !== '');
}
