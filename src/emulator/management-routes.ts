import type { Answer } from './answer.js';
import { ALL_VERSIONS } from './api-versions.js';
import type { PoolRequest, Route } from './route.js';
import { noSession } from './service-failure.js';
import type { Session } from './session.js';
import { readIdentifier } from './session-identifier.js';
import { nextPageLink, readPage } from './session-page.js';
import type { SessionPool } from './session-pool.js';
import { wireTime } from './wire.js';

/** The verbs below `.management`, documented beside several versions. None of them makes a session. */
export function managementRoutes(pool: SessionPool, endpoint: () => string): Route[] {
  const get = async ({ query }: PoolRequest): Promise<Answer> => {
    const session = pool.find(readIdentifier(query.get('identifier')));
    if (!session) throw noSession();
    return { type: 'json', status: 200, body: view(session, pool) };
  };
  const list = async ({ query, version }: PoolRequest): Promise<Answer> => {
    const { sessions, nextSkip } = readPage(pool, query);
    const value = sessions.map((session) => view(session, pool));
    const address = `${endpoint()}/.management/listSessions`;
    const nextLink = nextSkip === undefined ? null : nextPageLink(address, version, nextSkip);
    return { type: 'json', status: 200, body: { value, count: value.length, nextLink } };
  };
  const stop = async ({ query }: PoolRequest): Promise<Answer> => {
    const identifier = readIdentifier(query.get('identifier'));
    if (!(await pool.delete(identifier))) throw noSession();
    return { type: 'text', status: 200, body: `Session ${identifier} in session pool emulator stopped.` };
  };
  const shared = { method: 'POST', versions: ALL_VERSIONS } as const;
  return [
    { ...shared, operation: 'getSession', pattern: '.management/getSession', handle: get },
    { ...shared, operation: 'listSessions', pattern: '.management/listSessions', handle: list },
    { ...shared, operation: 'stopSession', pattern: '.management/stopSession', handle: stop },
  ];
}

// `expiresAt` here, `expireAt` on the session route.
function view(session: Session, pool: SessionPool): object {
  return {
    identifier: session.identifier,
    etag: session.guid,
    expiresAt: wireTime(pool.expiresAt(session)),
    createdAt: wireTime(session.createdAt),
    lastAccessedAt: wireTime(session.lastAccessedAt),
  };
}
