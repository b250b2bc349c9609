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

/** Parameters of the requests that options set. */
const SET_BY_OPTIONS: readonly string[] = ['api-version', 'identifier'];

/**
 * Reads a pool management endpoint as people have it: blanks around it, a trailing `/python/execute`, doubled slashes and
 * a missing last slash are put right, a query string is kept.
 *
 * @throws SessionsError `invalid_options` that says what is wrong: nothing given, no URL, user info, a fragment or a
 * parameter of the requests in it, or plain http to a host other than loopback.
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
  refuseAdditions(url);
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
  const given = new Set(url.searchParams.keys());
  for (const [name, value] of [...new URLSearchParams(endpoint.query), ...Object.entries(query)]) {
    if (value !== undefined && !given.has(name)) url.searchParams.append(name, value);
  }
  return url;
}

function refuseAdditions({ username, password, hash, searchParams }: URL): void {
  if (username !== '' || password !== '')
    throw invalid('The pool management endpoint has a user name or password in it; take it out.');
  if (hash !== '') throw invalid('The pool management endpoint has a fragment (#…) in it; take it out.');
  // Each request has these of its own, and what the service makes of two is anybody's guess: another session, perhaps. To it
  // names in capitals are the same.
  const given = new Set([...searchParams.keys()].map((name) => name.toLowerCase()));
  const ours = SET_BY_OPTIONS.find((name) => given.has(name));
  if (ours === undefined) return;
  throw invalid(
    `The pool management endpoint has \`${ours}\` in its query string; take it out, there is an option for it.`,
  );
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
