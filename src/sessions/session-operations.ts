import { isSessionsError, SessionsError } from '../errors.js';
import { readJsonAnswer, refusePage } from '../http/json-answer.js';
import { isLegacyVersion, requireFeature } from './api-version.js';
import { endlessPages, MOST_PAGES } from './endless-pages.js';
import { linkedUrl } from './endpoint.js';
import { asDate, asFields, asText } from './json-fields.js';
import {
  addressed,
  addressedTo,
  type PoolConnection,
  type PoolRequest,
  sessionOf,
  standardQuery,
} from './pool-connection.js';
import type { CallOptions } from './sessions-client-options.js';

/** What the service knows of a session. */
export interface SessionInfo {
  readonly identifier: string;
  readonly createdAt?: Date;
  readonly lastAccessedAt?: Date;
  /** When the session ends unless it is used before. */
  readonly expiresAt?: Date;
  /** Changes when the session is made anew. */
  readonly etag?: string;
}

/** Reads one session. */
export async function getSession(connection: PoolConnection, options: CallOptions): Promise<SessionInfo> {
  const identifier = sessionOf(connection, options);
  const operation = 'Getting the session';
  const call = { operation, replay: 'idempotent', identifier, signal: options.signal } as const;
  const managed = hasManagementVerbs(connection);
  if (!managed) requireFeature(connection.apiVersion, 'Getting a session');
  const request: PoolRequest = managed
    ? { ...call, method: 'POST', segments: ['.management', 'getSession'] }
    : { ...call, method: 'GET', segments: ['session'] };
  const answer = await connection.http.send(addressed(connection, request));
  return readSession(readJsonAnswer(answer, operation), identifier);
}

/** Ends one session; succeeds if it is gone already. */
export async function deleteSession(connection: PoolConnection, options: CallOptions): Promise<void> {
  const identifier = sessionOf(connection, options);
  tellOfDeletion(connection, identifier);
  await sendDeletion(connection, { identifier, signal: options.signal });
}

/** As `deleteSession`, behind a call that others wait for and without a word before it. */
export async function deleteBehind(connection: PoolConnection, identifier: string): Promise<void> {
  await sendDeletion(connection, { identifier, signal: undefined, isBehind: true });
}

/** Tells those who want to know that a session is about to be deleted. */
export function tellOfDeletion(connection: PoolConnection, identifier: string): void {
  for (const tell of connection.deletionListeners) tell(identifier);
}

async function sendDeletion(
  connection: PoolConnection,
  target: Pick<PoolRequest, 'identifier' | 'signal' | 'isBehind'>,
): Promise<void> {
  const operation = 'Deleting the session';
  const call = { operation, replay: 'idempotent', ...target } as const;
  const request: PoolRequest = connection.endpoint.isCustomContainer
    ? { ...call, method: 'POST', segments: ['.management', 'stopSession'] }
    : { ...call, method: 'DELETE', segments: ['session'] };
  if (!connection.endpoint.isCustomContainer) requireFeature(connection.apiVersion, 'Deleting a session');
  try {
    refusePage(await connection.http.send(addressed(connection, request)), operation);
  } catch (error) {
    if (!isSessionsError(error) || error.code !== 'not_found') throw error;
  }
}

/** Lists the pool's sessions, page by page. */
export async function* listSessions(
  connection: PoolConnection,
  signal: AbortSignal | undefined,
): AsyncGenerator<SessionInfo, void, undefined> {
  const operation = 'Listing the sessions';
  const call = { operation, replay: 'idempotent', identifier: undefined, signal } as const;
  const managed = hasManagementVerbs(connection);
  if (!managed) requireFeature(connection.apiVersion, 'Listing sessions');
  const verb = managed
    ? ({ method: 'POST', segments: ['.management', 'listSessions'] } as const)
    : ({ method: 'GET', segments: ['listSessions'] } as const);
  let request = addressed(connection, { ...call, ...verb });
  const seen = new Set<string>();
  while (seen.size < MOST_PAGES && !seen.has(request.url.href)) {
    seen.add(request.url.href);
    const page = asFields(readJsonAnswer(await connection.http.send(request), operation));
    const entries = page?.['sessions'] ?? page?.['value'];
    if (!Array.isArray(entries))
      throw new SessionsError('invalid_response', `${operation} failed: the answer holds no list.`);
    for (const entry of entries) yield readSession(entry, undefined);
    const link = asText(page?.['nextLink']);
    if (!link) return;
    const url = linkedUrl(connection.endpoint, link, standardQuery(connection, undefined));
    request = addressedTo(connection, url, { ...call, method: verb.method });
  }
  throw endlessPages(operation, seen.size);
}

/** Reads what the pool says of itself: runtimes, packages. */
export async function getPoolMetadata(connection: PoolConnection, signal: AbortSignal | undefined): Promise<unknown> {
  requireFeature(connection.apiVersion, 'Reading the metadata of the pool');
  const operation = 'Reading the metadata of the pool';
  const request = addressed(connection, {
    operation,
    method: 'GET',
    replay: 'idempotent',
    segments: ['metadata'],
    identifier: undefined,
    signal,
  });
  return readJsonAnswer(await connection.http.send(request), operation);
}

/** Custom containers, and the older versions, have no other form for reading sessions. */
function hasManagementVerbs({ endpoint, apiVersion }: PoolConnection): boolean {
  return endpoint.isCustomContainer || isLegacyVersion(apiVersion);
}

function readSession(value: unknown, fallback: string | undefined): SessionInfo {
  const fields = asFields(value);
  const identifier = asText(fields?.['identifier']) ?? fallback;
  if (fields === undefined || identifier === undefined) {
    throw new SessionsError('invalid_response', "The session pool's answer names no session.");
  }
  const createdAt = asDate(fields['createdAt']);
  const lastAccessedAt = asDate(fields['lastAccessedAt']);
  const expiresAt = asDate(fields['expiresAt'] ?? fields['expireAt']);
  const etag = asText(fields['etag']);
  return {
    identifier,
    ...(createdAt ? { createdAt } : {}),
    ...(lastAccessedAt ? { lastAccessedAt } : {}),
    ...(expiresAt ? { expiresAt } : {}),
    ...(etag === undefined ? {} : { etag }),
  };
}
