import { SessionsError } from '../errors.js';
import type { Address } from '../http/http-request.js';
import { isLoopbackHost } from '../http/loopback.js';

/** The address of a session pool. */
export interface PoolEndpoint {
  readonly origin: string;
  readonly host: string;
  /** Ends with a slash. */
  readonly basePath: string;
  /** The query string that the endpoint came with, without `?`; every request keeps it. */
  readonly query: string;
  readonly isLoopback: boolean;
  /** Whether the pool runs containers of its owner: session management then has routes of its own. */
  readonly isCustomContainer: boolean;
  /** The scope that tokens for this host are asked for, unless another is given. */
  readonly defaultScope: string;
}

/** The query parameters of one request; undefined ones are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

const EXAMPLE = 'https://<region>.dynamicsessions.io/subscriptions/<id>/resourceGroups/<group>/sessionPools/<pool>';

/**
 * Reads a pool management endpoint as people have it: blanks around it, a trailing `/python/execute`, doubled slashes and
 * a missing last slash are put right, a query string is kept.
 *
 * @throws SessionsError `invalid_options` that says what is wrong: nothing given, no URL, user info or a fragment in it, or
 * plain http to a host other than loopback.
 */
export function readEndpoint(text: string | undefined): PoolEndpoint {
  if (text !== undefined && typeof text !== 'string')
    throw invalid(`The pool management endpoint is no text; it looks like ${EXAMPLE}.`);
  if (text === undefined || text.trim() === '') {
    throw invalid(
      `There is no pool management endpoint. Pass \`poolManagementEndpoint\`, or set ACA_POOL_MANAGEMENT_ENDPOINT to the pool's (${EXAMPLE}).`,
    );
  }
  const url = parse(text.trim());
  const isLoopback = isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw invalid(`The pool management endpoint is no web address; it looks like ${EXAMPLE}.`);
  if (url.protocol === 'http:' && !isLoopback) {
    throw invalid(
      'The pool management endpoint uses http. Tokens are sent over https only, or to a loopback host: write https://.',
    );
  }
  if (url.username !== '' || url.password !== '')
    throw invalid('The pool management endpoint has a user name or password in it; take it out.');
  if (url.hash !== '') throw invalid('The pool management endpoint has a fragment (#…) in it; take it out.');
  return {
    origin: url.origin,
    host: url.host,
    basePath: normalisePath(url.pathname),
    query: url.search.slice(1),
    isLoopback,
    isCustomContainer: url.hostname.endsWith('.azurecontainerapps.io'),
    defaultScope: url.hostname.endsWith('.acasessions.io')
      ? 'https://acasessions.io/.default'
      : 'https://dynamicsessions.io/.default',
  };
}

/** The address of an operation. Segments and values are percent-encoded whatever they hold. */
export function operationUrl(endpoint: PoolEndpoint, segments: readonly string[], query: Query): Address {
  const { origin, host, basePath } = endpoint;
  let search = endpoint.query;
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value === undefined) continue;
    search += `${search === '' ? '' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  }
  const path = segments.map(encodeURIComponent).join('/');
  return { origin, host, href: `${origin}${basePath}${path}${search === '' ? '' : `?${search}`}` };
}

/**
 * Resolves an address that the service gave back (`nextLink`, `Operation-Location`), absolute or relative to the pool.
 *
 * @throws SessionsError `invalid_response` when it leads away from the pool's own origin and path: the token goes nowhere else.
 */
export function linkedUrl(endpoint: PoolEndpoint, link: string, query: Query): URL {
  const url = parseLink(endpoint, link);
  const inside = url !== undefined && url.origin === endpoint.origin && url.pathname.startsWith(endpoint.basePath);
  if (
    !inside ||
    url.username !== '' ||
    url.password !== '' ||
    /%2f|%5c|%2e/i.test(url.pathname.slice(endpoint.basePath.length))
  ) {
    throw new SessionsError(
      'invalid_response',
      'The session pool linked to an address outside itself, which is not followed.',
    );
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && !url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  return url;
}

function parseLink({ origin, basePath }: PoolEndpoint, link: string): URL | undefined {
  try {
    if (/^[a-z][a-z\d+.-]*:/i.test(link) || link.startsWith('//')) return new URL(link, origin);
    return link.startsWith(basePath) ? new URL(link, origin) : new URL(basePath + link.replace(/^\//, ''), origin);
  } catch {
    return undefined;
  }
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw invalid(`The pool management endpoint is malformed; it looks like ${EXAMPLE}.`);
  }
}

function normalisePath(pathname: string): string {
  const path = `${pathname}/`.replace(/\/{2,}/g, '/');
  return path.replace(/\/python\/execute\/$/, '/');
}

function invalid(message: string): SessionsError {
  return new SessionsError('invalid_options', message);
}
