import { SessionsError } from '../errors.js';
import { aftermathOf } from './aftermath.js';
import type { HttpRequest } from './http-request.js';

const NO_CREDENTIALS =
  'it wants credentials. Put a user name and a password into HTTPS_PROXY, or list the pool in NO_PROXY.';
const NO_TUNNEL =
  'it opened no tunnel to the pool, and nothing was sent. Let it allow the host of the pool, or list that in NO_PROXY.';

/** For an answer of a proxy in place of the pool. Nothing of what it says is repeated: it may hold anything. */
export function errorFromProxy({
  operation,
  replay,
  asksForCode,
  status,
}: Pick<HttpRequest, 'operation' | 'replay' | 'asksForCode'> & { readonly status: number }): SessionsError {
  const advice = status === 407 ? NO_CREDENTIALS : NO_TUNNEL;
  const aftermath = asksForCode === true ? ` ${aftermathOf({ replay, asksForCode })}` : '';
  const message = `${operation} failed: the proxy answered ${status}, ${advice}${aftermath}`;
  return new SessionsError('network', message, { status });
}
