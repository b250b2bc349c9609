import type { Answer } from './answer.js';
import type { ApiVersion } from './api-versions.js';
import type { PoolRequest, Route } from './route.js';
import { noSession } from './service-failure.js';
import type { Session } from './session.js';
import { readIdentifier } from './session-identifier.js';
import { nextPageLink, readPage } from './session-page.js';
import type { SessionPool } from './session-pool.js';
import { wireTime } from './wire.js';

const VERSIONS: readonly ApiVersion[] = ['2025-02-02-preview', '2025-10-02-preview'];

/** The sessions themselves. None of these makes one. */
export function sessionRoutes(pool: SessionPool, endpoint: () => string): Route[] {
  const get = async (request: PoolRequest): Promise<Answer> => {
    const session = pool.find(readIdentifier(request.query.get('identifier')));
    if (!session) throw noSession();
    return { type: 'json', status: 200, body: request.wire.common(describe(session, pool)) };
  };
  const remove = async ({ query }: PoolRequest): Promise<Answer> => {
    if (!(await pool.delete(readIdentifier(query.get('identifier'))))) throw noSession();
    return { type: 'empty', status: 204 };
  };
  const list = async ({ query, version, wire }: PoolRequest): Promise<Answer> => {
    const { sessions, nextSkip } = readPage(pool, query);
    const nextLink =
      nextSkip === undefined ? {} : { nextLink: nextPageLink(`${endpoint()}/listSessions`, version, nextSkip) };
    const body = { sessions: sessions.map((session) => describe(session, pool)), ...nextLink };
    return { type: 'json', status: 200, body: wire.common(body) };
  };
  return [
    { operation: 'getSession', method: 'GET', pattern: 'session', versions: VERSIONS, handle: get },
    { operation: 'deleteSession', method: 'DELETE', pattern: 'session', versions: VERSIONS, handle: remove },
    { operation: 'listSessions', method: 'GET', pattern: 'listSessions', versions: VERSIONS, handle: list },
  ];
}

function describe(session: Session, pool: SessionPool): object {
  return {
    identifier: session.identifier,
    createdAt: wireTime(session.createdAt),
    lastAccessedAt: wireTime(session.lastAccessedAt),
    expireAt: wireTime(pool.expiresAt(session)),
    etag: session.guid,
  };
}
