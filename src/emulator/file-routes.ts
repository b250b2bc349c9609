import { rm } from 'node:fs/promises';
import type { Answer } from './answer.js';
import { ALL_VERSIONS, CURRENT_VERSIONS, LEGACY_VERSIONS } from './api-versions.js';
import { checkName, uploadName } from './data-path.js';
import { receiveUpload } from './multipart-upload.js';
import { part, type PoolRequest, type Route } from './route.js';
import type { Session } from './session.js';
import { readIdentifier } from './session-identifier.js';
import type { SessionPool } from './session-pool.js';
import { versioned, wireOf } from './wire-versions.js';
import { incomingDirectory } from './workspaces.js';

/** The files of a session. Each of these makes the session if there is none, as the service does. */
export function fileRoutes(pool: SessionPool): Route[] {
  const inSession =
    (answer: (session: Session, request: PoolRequest) => Promise<Answer>): Route['handle'] =>
    async (request) =>
      answer(pool.open(readIdentifier(request.query.get('identifier'))), request);
  const upload = inSession(answerUpload);
  const download = inSession(answerDownload);
  return [
    { operation: 'listFiles', method: 'GET', pattern: 'files', versions: ALL_VERSIONS, handle: inSession(answerList) },
    { operation: 'uploadFile', method: 'POST', pattern: 'files', versions: CURRENT_VERSIONS, handle: upload },
    { operation: 'uploadFile', method: 'POST', pattern: 'files/upload', versions: LEGACY_VERSIONS, handle: upload },
    {
      operation: 'getFile',
      method: 'GET',
      pattern: 'files/:name',
      versions: ALL_VERSIONS,
      handle: inSession(answerGet),
    },
    {
      operation: 'downloadFile',
      method: 'GET',
      pattern: 'files/:name/content',
      versions: CURRENT_VERSIONS,
      handle: download,
    },
    {
      operation: 'downloadFile',
      method: 'GET',
      pattern: 'files/content/:name',
      versions: LEGACY_VERSIONS,
      handle: download,
    },
    {
      operation: 'deleteFile',
      method: 'DELETE',
      pattern: 'files/:name',
      versions: ALL_VERSIONS,
      handle: inSession(answerDelete),
    },
  ];
}

async function answerList(session: Session, { query, version }: PoolRequest): Promise<Answer> {
  const recursive = version === '2025-10-02-preview' && query.get('recursive')?.toLowerCase() === 'true';
  const files = await session.files.list(query.get('path'), recursive);
  return { type: 'json', status: 200, body: versioned(wireOf(version).list(files, version), version) };
}

async function answerUpload(session: Session, { message, query, version }: PoolRequest): Promise<Answer> {
  const room = await session.files.room();
  const received = await receiveUpload(message, incomingDirectory(session.directory), room);
  try {
    const file = await session.files.put(query.get('path'), uploadName(received.filename), received.path);
    return { type: 'json', status: 200, body: versioned(wireOf(version).uploaded(file, version), version) };
  } finally {
    await rm(received.path, { force: true });
  }
}

async function answerGet(session: Session, request: PoolRequest): Promise<Answer> {
  const { query, version } = request;
  const file = await session.files.get(query.get('path'), checkName(part(request, 'name')));
  return { type: 'json', status: 200, body: versioned(wireOf(version).file(file, version), version) };
}

async function answerDownload(session: Session, request: PoolRequest): Promise<Answer> {
  const { handle, size } = await session.files.open(request.query.get('path'), checkName(part(request, 'name')));
  return { type: 'file', handle, size };
}

async function answerDelete(session: Session, request: PoolRequest): Promise<Answer> {
  await session.files.delete(request.query.get('path'), checkName(part(request, 'name')));
  return { type: 'empty', status: 204 };
}
