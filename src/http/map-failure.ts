import { isSessionsError, SessionsError } from '../errors.js';
import { redactedCause, redactedMessage } from '../auth/redact-secrets.js';
import { aftermathOf } from './aftermath.js';
import type { AttemptRecord } from './attempt.js';
import type { HttpRequest } from './http-request.js';
import { ANSWER_TOO_LARGE, networkCodeOf } from './retry-wiring.js';

const CERTIFICATE_CODE = /CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO/;

/**
 * Turns whatever stopped a request before its answer was complete into what the caller gets: the reason of the caller's
 * own abort as it is, else a SessionsError. Nothing of an HTTP library's error goes into it but the code.
 */
export function errorFromFailure(error: unknown, request: HttpRequest, record: AttemptRecord): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (record.bodyFailure) return errorFromSource(record.bodyFailure.error, request);
  if (record.deadline?.expired) {
    const seconds = request.timeoutMs / 1000;
    const message = `${request.operation} got no complete answer within ${seconds} s. ${afterwards(request, record)}`;
    return new SessionsError('timeout', message);
  }
  if (isSessionsError(error)) return error;
  if (record.connectExpired) {
    const message = `${request.operation} failed: ${request.url.host} took no connection in time. Check the network, or raise \`connectTimeoutMs\`.${startedNote(request)}`;
    return new SessionsError('timeout', message);
  }
  return networkError(error, request, record);
}

function networkError(error: unknown, request: HttpRequest, record: AttemptRecord): SessionsError {
  const code = networkCodeOf(error);
  if (code === ANSWER_TOO_LARGE) {
    const message = `${request.operation} failed: the answer is too large to be read. ${afterwards(request, record)}`;
    return new SessionsError('invalid_response', message.replace(/ Try again\.$/, ''));
  }
  const label = code === undefined ? '' : ` (${code})`;
  const what = record.nothingSent
    ? `${request.url.host} could not be reached${label}. ${adviceFor(code)}${startedNote(request)}`
    : `the connection broke before the answer was complete${label}. ${afterwards(request, record)}`;
  const cause = new Error(`network failure${label}`);
  return new SessionsError('network', `${request.operation} failed: ${what}`, { cause });
}

function adviceFor(code: string | undefined): string {
  if (code === undefined) return 'Check the network.';
  if (CERTIFICATE_CODE.test(code))
    return 'Its certificate is not trusted: check the host name, or NODE_EXTRA_CA_CERTS.';
  if (code === 'ENOTFOUND') return 'Check `poolManagementEndpoint` for the right region, and the name servers.';
  return 'Check `poolManagementEndpoint`, the network and the proxy settings.';
}

function afterwards(request: HttpRequest, { nothingSent }: AttemptRecord): string {
  if (nothingSent && request.asksForCode !== true) return 'Nothing was sent.';
  return aftermathOf(request) ?? 'Try again.';
}

function startedNote(request: HttpRequest): string {
  return request.asksForCode === true ? ` ${aftermathOf(request)}` : '';
}

function errorFromSource(error: unknown, { operation, secrets }: HttpRequest): SessionsError {
  if (isSessionsError(error)) return error;
  const message = `${operation} stopped: its source failed: ${redactedMessage(error, secrets)}`;
  return new SessionsError('invalid_request', message, { cause: redactedCause(error, secrets) });
}
