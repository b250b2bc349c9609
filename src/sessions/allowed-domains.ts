import { SessionsError } from '../errors.js';
import type { PoolEndpoint } from './endpoint.js';
import type { SessionsClientOptions } from './sessions-client-options.js';

/** Where the service has its pools. */
const SERVICE_DOMAINS: readonly string[] = ['dynamicsessions.io', 'acasessions.io', 'azurecontainerapps.io'];

/**
 * Checks that tokens may be sent to an endpoint. A token opens every session of the pool to whoever gets it, and an
 * endpoint often comes from the environment: the identity of this machine is shown to the service's own hosts only, unless
 * others are allowed. Whoever passes a callback has decided himself who gets its tokens.
 *
 * @throws SessionsError `invalid_options` that names the host.
 */
export function checkDomain(endpoint: PoolEndpoint, { allowedDomains, authCallback }: SessionsClientOptions): void {
  const allowed = allowedDomains === undefined ? SERVICE_DOMAINS : readDomains(allowedDomains);
  if (endpoint.isLoopback || (allowedDomains === undefined && authCallback !== undefined)) return;
  const { hostname } = new URL(endpoint.origin);
  if (allowed.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))) return;
  throw new SessionsError(
    'invalid_options',
    `The pool management endpoint is at ${hostname}, and tokens are sent to ${allowed.join(', ') || 'no host'} only: ` +
      'correct the endpoint, or name its host in `allowedDomains`.',
  );
}

function readDomains(domains: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(domains) ? domains : [undefined];
  return list.map((domain) => {
    if (typeof domain === 'string' && /^[a-z\d-]+(\.[a-z\d-]+)*$/i.test(domain)) return domain.toLowerCase();
    throw new SessionsError('invalid_options', '`allowedDomains` is a list of host names, such as `pool.example.com`.');
  });
}
