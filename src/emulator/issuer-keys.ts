import { isRecord } from '../is-record.js';
import { ServiceFailure } from './service-failure.js';

const DISCOVERY = '/.well-known/openid-configuration';
const FETCH_LIMIT_MS = 5000;

/** What an issuer publishes of itself. */
export interface IssuerFacts {
  /** What its tokens have as `iss`. */
  readonly issuer: string;
  readonly keys: { readonly keys: PublishedKey[] };
}

/** A JSON Web Key, unread but for its kind. */
export interface PublishedKey {
  readonly kty: string;
}

/** An issuer's keys, fetched when they are needed first and when one is missing. Both reject with a 503. */
export interface IssuerKeys {
  current(): Promise<IssuerFacts>;
  /** Those that came after these: one request, however many find that a key is missing. */
  newerThan(facts: IssuerFacts): Promise<IssuerFacts>;
}

/** Reads `<url>/.well-known/openid-configuration`, and then what its `jwks_uri` names; each within the limit. */
export function createIssuerKeys(url: string, limitMs = FETCH_LIMIT_MS): IssuerKeys {
  let latest: IssuerFacts | undefined;
  let fetching: Promise<IssuerFacts> | undefined;
  const refresh = (): Promise<IssuerFacts> => {
    fetching ??= fetchFacts(url, limitMs)
      .then((facts) => (latest = facts))
      // A failure is not kept: the issuer may be started after the emulator.
      .finally(() => (fetching = undefined));
    return fetching;
  };
  return {
    current: async () => latest ?? refresh(),
    newerThan: async (facts) => (latest !== undefined && latest !== facts ? latest : refresh()),
  };
}

async function fetchFacts(url: string, limitMs: number): Promise<IssuerFacts> {
  const discovery = url.endsWith(DISCOVERY) ? url : `${url.replace(/\/+$/, '')}${DISCOVERY}`;
  const { issuer, jwks_uri: keysUrl } = await fetchObject(discovery, limitMs);
  if (typeof issuer !== 'string' || typeof keysUrl !== 'string' || !URL.canParse(keysUrl)) {
    throw unavailable(discovery, 'has no issuer and jwks_uri in it');
  }
  const { keys } = await fetchObject(keysUrl, limitMs);
  if (!Array.isArray(keys)) throw unavailable(keysUrl, 'has no keys in it');
  return { issuer, keys: { keys: keys.filter(isKey) } };
}

async function fetchObject(url: string, limitMs: number): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    if (!response.ok) throw new Error(`was answered ${response.status}`);
    const value: unknown = await response.json();
    if (isRecord(value)) return value;
    throw new Error('is no JSON object');
  } catch (error) {
    throw unavailable(url, reasonOf(error, limitMs));
  }
}

function isKey(value: unknown): value is PublishedKey {
  return isRecord(value) && typeof value['kty'] === 'string';
}

function reasonOf(error: unknown, limitMs: number): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return `was not answered within ${limitMs} ms`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `failed (${String(cause.code)})` : error.message;
}

function unavailable(url: string, reason: string): ServiceFailure {
  const message = `The tokens' issuer cannot be asked for its keys: ${url} ${reason}. Is the \`issuer\` running?`;
  return new ServiceFailure(503, 'IssuerUnavailable', message);
}
