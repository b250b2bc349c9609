import { rm } from 'node:fs/promises';
import type { Answer } from './answer.js';
import { ALL_VERSIONS, CURRENT_VERSIONS, LEGACY_VERSIONS, PYTHON_ROUTE_VERSIONS } from './api-versions.js';
import { checkName, uploadName } from './data-path.js';
import { receiveUpload } from './multipart-upload.js';
import { part, type PoolRequest, type Route } from './route.js';
import { noSession } from './service-failure.js';
import type { Session } from './session.js';
import type { StoredFile } from './session-files.js';
import { readIdentifier } from './session-identifier.js';
import type { SessionPool } from './session-pool.js';
import { incomingDirectory } from './workspaces.js';

type InSession = (session: Session, request: PoolRequest) => Promise<Answer>;

/** The files of a session. Each of these makes the session if there is none, as the service does. */
export function fileRoutes(pool: SessionPool): Route[] {
  const inSession =
    (answer: InSession): Route['handle'] =>
    async (request) => {
      const session = pool.open(readIdentifier(request.query.get('identifier')));
      return session
        .hold(() => answer(session, request))
        .catch((error: unknown) => {
          // It was deleted meanwhile, and its folder with it.
          throw session.state === 'closed' ? noSession() : error;
        });
    };
  const list = { operation: 'listFiles', method: 'GET', handle: inSession(answerList) } as const;
  const upload = { operation: 'uploadFile', method: 'POST', handle: inSession(answerUpload) } as const;
  const get = { operation: 'getFile', method: 'GET', handle: inSession(answerGet) } as const;
  const download = { operation: 'downloadFile', method: 'GET', handle: inSession(answerDownload) } as const;
  const remove = { operation: 'deleteFile', method: 'DELETE', handle: inSession(answerDelete) } as const;
  return [
    { ...list, pattern: 'files', versions: ALL_VERSIONS },
    { ...upload, pattern: 'files', versions: CURRENT_VERSIONS },
    { ...upload, pattern: 'files/upload', versions: LEGACY_VERSIONS },
    { ...get, pattern: 'files/:name', versions: ALL_VERSIONS },
    { ...download, pattern: 'files/:name/content', versions: CURRENT_VERSIONS },
    { ...download, pattern: 'files/content/:name', versions: LEGACY_VERSIONS },
    { ...remove, pattern: 'files/:name', versions: ALL_VERSIONS },
    ...[
      { ...list, pattern: 'python/files' },
      { ...upload, pattern: 'python/uploadFile' },
      { ...download, pattern: 'python/downloadFile' },
    ].map((route) => asPreLegacy(route)),
  ];
}

function asPreLegacy({ handle, ...route }: Omit<Route, 'versions'>): Route {
  return {
    ...route,
    versions: PYTHON_ROUTE_VERSIONS,
    handle: (request) => {
      // Elsewhere it is part of the path.
      const name = request.query.get('filename') ?? '';
      return handle({ ...request, wire: request.wire.preLegacy(), parts: new Map([['name', name]]) });
    },
  };
}

async function answerList(session: Session, { query, version, wire }: PoolRequest): Promise<Answer> {
  const recursive = version === '2025-10-02-preview' && query.get('recursive')?.toLowerCase() === 'true';
  const files = await session.files.list(query.get('path'), recursive);
  return { type: 'json', status: 200, body: wire.list(files) };
}

async function answerUpload(session: Session, { message, query, wire }: PoolRequest): Promise<Answer> {
  const room = await session.uploads.reserve(Number(message.headers['content-length'] ?? 0));
  try {
    const received = await receiveUpload(message, incomingDirectory(session.directory), room.maxBytes);
    try {
      const target = { path: query.get('path'), name: uploadName(received.filename), size: received.size };
      const put = (): Promise<StoredFile> => session.files.put(target.path, target.name, received.path);
      return { type: 'json', status: 200, body: wire.uploaded(await room.place(target, put)) };
    } finally {
      await rm(received.path, { force: true });
    }
  } finally {
    room.release();
  }
}

async function answerGet(session: Session, request: PoolRequest): Promise<Answer> {
  const file = await session.files.get(request.query.get('path'), checkName(part(request, 'name')));
  return { type: 'json', status: 200, body: request.wire.file(file) };
}

async function answerDownload(session: Session, request: PoolRequest): Promise<Answer> {
  const { handle, size } = await session.files.open(request.query.get('path'), checkName(part(request, 'name')));
  return { type: 'file', handle, size };
}

async function answerDelete(session: Session, request: PoolRequest): Promise<Answer> {
  await session.files.delete(request.query.get('path'), checkName(part(request, 'name')));
  return { type: 'empty', status: 204 };
}
