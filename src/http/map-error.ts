import { SessionsError, type SessionsErrorCode, type SessionsErrorDetails, withoutFullStop } from '../errors.js';
import { readJwtClaims } from '../auth/jwt.js';
import { redactSecrets } from '../auth/redact-secrets.js';
import { aftermathOf } from './aftermath.js';
import { type ErrorBody, readErrorBody } from './error-body.js';
import type { HttpRequest } from './http-request.js';
import { errorFromProxy } from './proxy-error.js';
import { readRetryAfterMs } from './retry-policy.js';

/** An answer that is not the one hoped for, and what was asked. */
export interface RefusedRequest extends Pick<HttpRequest, 'operation' | 'replay' | 'asksForCode'> {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  readonly now: number;
  /** The scope that the token was asked for. */
  readonly scope: string;
  /** Its audience is told, itself never. */
  readonly token: string;
  /** Whether the pool is on this machine: then it is an emulator, as a rule. */
  readonly isLoopback?: boolean;
  /** Whether a proxy answered in place of the pool, to which nothing was sent. */
  readonly isFromProxy?: boolean;
  /** Whether the callback gave this token again when it was asked for a fresh one. */
  readonly isRepeated?: boolean;
  /** Texts that must not be repeated, such as the session identifier. */
  readonly secrets: readonly string[];
  /** Texts of which no part must be quoted: the user's code. */
  readonly userTexts?: readonly string[] | undefined;
}

const LONGEST_MESSAGE = 500;
const ROLE = 'Azure ContainerApps Session Executor';
const EMULATOR_ADVICE =
  'An emulator takes the token that it printed when it started, and makes another one each time: set DYNAMIC_SESSIONS_EMULATOR_TOKEN ' +
  'to that, or pass the `connection` of the emulator.';
const POOL_FULL =
  /\b(no more|maximum|max|limit|available|allocat)[^.]{0,60}\bsessions?\b|\bsessions?\b[^.]{0,60}\b(allocat|limit|available)/i;

/** Turns a refusal of the service into an error that says what to do, and that holds nothing secret. */
export function errorFromAnswer(refused: RefusedRequest): SessionsError {
  if (refused.status === 407 || refused.isFromProxy) return errorFromProxy(refused);
  const redact = redactorFor(refused);
  const said = withHeaderCode(readErrorBody(refused.text), refused);
  const code = codeFor(refused.status, said);
  const body = redactBody(said, redact);
  const label = body.code === undefined ? String(refused.status) : `${refused.status} ${body.code}`;
  const what = `${refused.operation} failed: the session pool answered ${label}${describeBody(body)}.`;
  const message = [what, aftermathFor(code, refused), adviceFor(code, refused)].filter((part) => part !== '').join(' ');
  return new SessionsError(code, message, detailsOf(refused, body, redact));
}

/** Whether an answer says that the pool has no room for another session: 429, or the 404 of older documentation. */
export function saysPoolFull(status: number, text: string): boolean {
  if (status === 429) return true;
  return status === 404 && isPoolFullMessage(readErrorBody(text));
}

/** Whether an answer says that nothing has been begun: the token is rejected or lacks the role, or the pool has no room. */
export function saysNotBegun(status: number, text: string): boolean {
  return status === 401 || status === 403 || saysPoolFull(status, text);
}

function isPoolFullMessage({ message }: ErrorBody): boolean {
  return message !== undefined && !/not found/i.test(message) && POOL_FULL.test(message);
}

function codeFor(status: number, body: ErrorBody): SessionsErrorCode {
  if (body.code === 'SessionWithIdentifierNotFound') return 'not_found';
  if (body.code === 'SessionRequestNotSupported') return 'unsupported';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return isPoolFullMessage(body) ? 'pool_full' : 'not_found';
    case 408:
      return 'timeout';
    case 413:
      return 'too_large';
    case 429:
      return 'pool_full';
    default:
      if (status >= 500) return 'service_error';
      return status >= 400 ? 'invalid_request' : 'invalid_response';
  }
}

function adviceFor(code: SessionsErrorCode, refused: RefusedRequest): string {
  switch (code) {
    case 'unauthorized':
      return tokenAdvice(refused);
    case 'forbidden':
      return `The identity lacks a role on the pool. ${roleAdvice()} ${audienceAdvice(refused)}`;
    case 'not_found':
      return 'Check the name, and that the session has not ended since: a new one starts empty.';
    case 'pool_full':
      return "Wait and try again, delete sessions that are done, or raise the pool's maximum of concurrent sessions.";
    case 'too_large':
      return sizeAdvice(refused);
    case 'unsupported':
      return 'Check `apiVersion` and the kind of the pool.';
    case 'invalid_response':
      return 'Redirects are not followed, since the token would go elsewhere: check `poolManagementEndpoint`.';
    case 'timeout':
    case 'service_error':
      return 'If it stays so, report the trace id and the correlation id to the service.';
    default:
      return '';
  }
}

/** Other answers say that the service has not done what it was asked for. */
function aftermathFor(code: SessionsErrorCode, refused: RefusedRequest): string {
  const isOpen = code === 'timeout' || code === 'service_error';
  if (!isOpen && refused.asksForCode !== true) return '';
  return aftermathOf(refused) ?? 'Try again later.';
}

function sizeAdvice({ replay }: RefusedRequest): string {
  if (replay === 'upload') return 'The service takes files of up to 128 MB.';
  return replay === 'execute'
    ? 'The code is larger than what one request may hold: upload its data as a file, and let the code read that.'
    : '';
}

/** An opaque token on this machine is an emulator's, or meant to be one; audiences and identities are beside the point then. */
function tokenAdvice(refused: RefusedRequest): string {
  const emulator = refused.isLoopback ? `${EMULATOR_ADVICE} ` : '';
  if (refused.isLoopback && readJwtClaims(refused.token) === undefined) return EMULATOR_ADVICE;
  return `${emulator}${audienceAdvice(refused)} If the audience is right, the token has expired, was revoked or comes from another tenant.${repeatAdvice(refused)}`;
}

function audienceAdvice({ token, scope }: RefusedRequest): string {
  const expected = scope.replace(/\/\.default$/, '');
  const sent = readJwtClaims(token)?.audiences;
  if (sent === undefined) return `The token is opaque; expected is one with the audience ${expected}.`;
  const list = sent.length === 0 ? 'none' : sent.map((audience) => redactSecrets(audience).slice(0, 200)).join(', ');
  return `The token's audience is ${list}; expected is ${expected} (https://dynamicsessions.io, or https://acasessions.io with older pools).`;
}

function repeatAdvice({ isRepeated }: RefusedRequest): string {
  if (!isRepeated) return '';
  return (
    ' The auth callback gave the same token again when it was asked for a fresh one (`forceRefresh`). A ManagedIdentityCredential keeps ' +
    'its tokens until they expire and cannot be told to drop one; msalAuth(new ManagedIdentityApplication()) asks for a new one.'
  );
}

function roleAdvice(): string {
  return `Grant it: az role assignment create --role "${ROLE}" --assignee <principal id> --scope <resource id of the pool>. That takes some minutes; then get a new token.`;
}

function describeBody({ form, message }: ErrorBody): string {
  if (form === 'html')
    return ' with an HTML page, which the service itself never sends: check `poolManagementEndpoint`';
  return message === undefined ? '' : `: ${withoutFullStop(message)}`;
}

function withHeaderCode(body: ErrorBody, { header }: RefusedRequest): ErrorBody {
  const code = header('x-ms-error-code');
  return body.code !== undefined || code === undefined ? body : { ...body, code };
}

type Redact = (text: string) => string;

function redactorFor({ token, secrets, userTexts }: RefusedRequest): Redact {
  return (text) => redactSecrets(text, [token, ...secrets], userTexts);
}

function redactBody(body: ErrorBody, redact: Redact): ErrorBody {
  const clean = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : redact(text).replace(/\s+/g, ' ').trim().slice(0, LONGEST_MESSAGE);
  const [code, message, traceId] = [clean(body.code), clean(body.message), clean(body.traceId)];
  return {
    form: body.form,
    ...(code ? { code } : {}),
    ...(message ? { message } : {}),
    ...(traceId ? { traceId } : {}),
  };
}

function detailsOf(refused: RefusedRequest, body: ErrorBody, redact: Redact): SessionsErrorDetails {
  const { status, header, now } = refused;
  const correlationId = header('mise-correlation-id');
  const retryAfterMs = readRetryAfterMs(header, now);
  return {
    status,
    ...(body.code === undefined ? {} : { serviceCode: body.code }),
    ...(body.traceId === undefined ? {} : { traceId: body.traceId }),
    ...(correlationId === undefined ? {} : { correlationId: redact(correlationId) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
