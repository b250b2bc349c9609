import { failureAnswer } from './answer.js';
import { ServiceFailure } from './service-failure.js';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** The whole answer to bytes that are no HTTP request, or not all of one, by what Node's parser says of them. */
export function malformedRequestAnswer(code: string | undefined): string {
  const failure = failureFor(code);
  const answer = failureAnswer(failure);
  const body = JSON.stringify('body' in answer ? answer.body : {});
  return [
    `HTTP/1.1 ${failure.status} ${REASONS[failure.status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function failureFor(code: string | undefined): ServiceFailure {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ServiceFailure(408, 'RequestTimeout', 'The request was not complete in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new ServiceFailure(431, 'RequestHeadersTooLarge', 'The head of the request is too large.');
    default:
      return new ServiceFailure(400, 'SessionRequestValidationFailed', 'The request is not correct HTTP.');
  }
}
