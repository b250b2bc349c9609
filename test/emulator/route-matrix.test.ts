import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { type CallOptions, type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { shapeOf } from '../helpers/shape-of.js';

const PRE_LEGACY = ['2023-08-01-preview'];
const LEGACY = ['2024-02-02-preview', '2024-08-02-preview'];
const FIRST_CURRENT = ['2024-10-02-preview'];
const NEWER = ['2025-02-02-preview', '2025-10-02-preview'];
const CURRENT = [...FIRST_CURRENT, ...NEWER];
const ALL = [...LEGACY, ...CURRENT];

/** An operation under one address, and what each version that has it answers. */
interface Row {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly options?: () => CallOptions;
  readonly answers: readonly (readonly [versions: readonly string[], status: number, body?: unknown])[];
}

const formWithFile = (): CallOptions => {
  const body = new FormData();
  body.set('file', new Blob(['seven..']), '/mnt/data/a.txt');
  return { body };
};
const code = '{"value":2,"stdout":"hi"}';
const legacyFile = { filename: 'a.txt', size: 7, lastModifiedTime: '<time>' };
const preLegacyFile = { filename: 'a.txt', size: 7, last_modified_time: '<time>' };
const file = { name: 'a.txt', type: 'file', contentType: 'text/plain; charset=utf-8', sizeInBytes: 7 };
const dated = { ...file, lastModifiedAt: '<time>' };
const result = { stdout: 'hi', stderr: '', executionResult: 2, executionTimeInMilliseconds: '<ms>' };
const execution = { identifier: 'session-1', executionType: 'Synchronous', status: 'Succeeded' };
const session = { identifier: 'session-1', createdAt: '<time>', lastAccessedAt: '<time>', expireAt: '<time>' };
const view = { etag: '<guid>', expiresAt: '<time>', createdAt: '<time>', lastAccessedAt: '<time>' };

const ROWS: readonly Row[] = [
  {
    operation: 'execute',
    method: 'POST',
    path: 'python/execute',
    options: () => ({ body: JSON.stringify({ properties: { pythonCode: code, identifier: 'session-1' } }) }),
    answers: [
      [
        [...PRE_LEGACY, ...LEGACY],
        200,
        { $id: '1', status: 'Success', stdout: 'hi', stderr: '', result: 2, executionTimeInMilliseconds: '<ms>' },
      ],
    ],
  },
  {
    operation: 'execute',
    method: 'POST',
    path: 'code/execute',
    options: () => ({ body: JSON.stringify({ properties: { code } }) }),
    answers: [
      [
        LEGACY,
        200,
        {
          $id: '1',
          properties: {
            $id: '2',
            status: 'Success',
            stdout: 'hi',
            stderr: '',
            result: 2,
            executionTimeInMilliseconds: '<ms>',
          },
        },
      ],
    ],
  },
  {
    operation: 'execute',
    method: 'POST',
    path: 'executions',
    options: () => ({ body: JSON.stringify({ code }) }),
    answers: [
      [FIRST_CURRENT, 202, { $id: '1', id: '<guid>', ...execution, result: { $id: '2', ...result } }],
      [['2025-02-02-preview'], 202, { id: '<guid>', ...execution, result }],
      [['2025-10-02-preview'], 200, { id: '<guid>', ...execution, result }],
    ],
  },
  {
    operation: 'getExecution',
    method: 'GET',
    path: 'executions/the-first',
    answers: [
      [FIRST_CURRENT, 200, { $id: '1', id: 'the-first', ...execution, result: { $id: '2', ...result } }],
      [NEWER, 200, { id: 'the-first', ...execution, result }],
    ],
  },
  {
    operation: 'uploadFile',
    method: 'POST',
    path: 'python/uploadFile',
    options: formWithFile,
    answers: [[[...PRE_LEGACY, ...LEGACY], 200, { $id: '1', $values: [{ $id: '2', ...preLegacyFile }] }]],
  },
  {
    operation: 'uploadFile',
    method: 'POST',
    path: 'files/upload',
    options: formWithFile,
    answers: [[LEGACY, 200, { $id: '1', value: [{ $id: '2', properties: { $id: '3', ...legacyFile } }] }]],
  },
  {
    operation: 'uploadFile',
    method: 'POST',
    path: 'files',
    options: formWithFile,
    answers: [
      [FIRST_CURRENT, 200, { $id: '1', ...dated }],
      [['2025-02-02-preview'], 200, dated],
      [['2025-10-02-preview'], 200, { ...dated, directory: '' }],
    ],
  },
  {
    operation: 'listFiles',
    method: 'GET',
    path: 'python/files',
    answers: [[[...PRE_LEGACY, ...LEGACY], 200, { $id: '1', $values: [{ $id: '2', ...preLegacyFile }] }]],
  },
  {
    operation: 'listFiles',
    method: 'GET',
    path: 'files',
    answers: [
      [LEGACY, 200, { $id: '1', value: [{ $id: '2', properties: { $id: '3', ...legacyFile } }] }],
      [FIRST_CURRENT, 200, { $id: '1', value: [{ $id: '2', ...dated }] }],
      [['2025-02-02-preview'], 200, { value: [dated] }],
      [['2025-10-02-preview'], 200, { value: [{ ...dated, directory: '' }] }],
    ],
  },
  {
    operation: 'getFile',
    method: 'GET',
    path: 'files/a.txt',
    answers: [
      [LEGACY, 200, { $id: '1', properties: { $id: '2', ...legacyFile } }],
      [FIRST_CURRENT, 200, { $id: '1', name: 'a.txt', sizeInBytes: 7, lastModifiedAt: '<time>' }],
      [['2025-02-02-preview'], 200, dated],
      [['2025-10-02-preview'], 200, { ...dated, directory: '' }],
    ],
  },
  {
    operation: 'downloadFile',
    method: 'GET',
    path: 'python/downloadFile',
    options: () => ({ query: { filename: 'a.txt' } }),
    answers: [[[...PRE_LEGACY, ...LEGACY], 200]],
  },
  { operation: 'downloadFile', method: 'GET', path: 'files/content/a.txt', answers: [[LEGACY, 200]] },
  { operation: 'downloadFile', method: 'GET', path: 'files/a.txt/content', answers: [[CURRENT, 200]] },
  { operation: 'deleteFile', method: 'DELETE', path: 'files/a.txt', answers: [[ALL, 204]] },
  {
    operation: 'getSession',
    method: 'GET',
    path: 'session',
    answers: [[NEWER, 200, { ...session, etag: '<guid>' }]],
  },
  { operation: 'deleteSession', method: 'DELETE', path: 'session', answers: [[NEWER, 204]] },
  {
    operation: 'listSessions',
    method: 'GET',
    path: 'listSessions',
    answers: [[NEWER, 200, { sessions: [{ ...session, etag: '<guid>' }] }]],
  },
  {
    operation: 'getPoolMetadata',
    method: 'GET',
    path: 'metadata',
    answers: [
      [
        NEWER,
        200,
        {
          runtimes: [{ name: 'scripted', version: '0' }],
          preInstalledPackages: [],
          createdAt: '<time>',
          lastUpdatedAt: '<time>',
          jupyterKernel: { name: 'emulator', version: '0', description: 'scripted' },
        },
      ],
    ],
  },
  {
    operation: 'getSession',
    method: 'POST',
    path: '.management/getSession',
    answers: [[ALL, 200, { identifier: 'session-1', ...view }]],
  },
  {
    operation: 'listSessions',
    method: 'POST',
    path: '.management/listSessions',
    answers: [[ALL, 200, { value: [{ identifier: 'session-1', ...view }], count: 1, nextLink: null }]],
  },
  { operation: 'stopSession', method: 'POST', path: '.management/stopSession', answers: [[ALL, 200]] },
];

describe('the route matrix', () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async () => {
    emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (text) => JSON.parse(text) as { value: number },
    });
    pool = requestsTo(emulator);
  });
  after(() => emulator.stop());
  beforeEach(async () => {
    await emulator.reset();
    await pool.upload('a.txt', 'seven..');
    await pool.call('POST', 'executions', { body: JSON.stringify({ code }), headers: { 'operation-id': 'the-first' } });
  });

  for (const { operation, method, path, options, answers } of ROWS) {
    for (const [versions, status, body] of answers) {
      for (const version of versions) {
        it(`answers ${method} ${path} with ${status} in ${version}`, async () => {
          const answer = await pool.call(method, path, { ...options?.(), version });
          expect(answer.status, answer.text).to.equal(status);
          if (body !== undefined) expect(shapeOf(answer.json)).to.deep.equal(body);
          if (operation === 'downloadFile') expect(answer.text).to.equal('seven..');
          expect(answer.headers.get('content-type')).to.equal(mediaType(operation, status));
          expect(answer.headers.get('mise-correlation-id')).to.match(/^[0-9a-f-]{36}$/);
          const supported = CURRENT.slice(0, CURRENT.indexOf(version) + 1).join(', ');
          expect(answer.headers.get('api-supported-versions') ?? '').to.equal(supported);
          expect(answer.headers.has('x-ms-session-guid')).to.equal(operation === 'execute');
          expect(emulator.requests.at(-1)).to.include({ method, operation, status });
        });
      }
    }

    it(`answers ${method} ${path} with SessionRequestNotSupported in every other version`, async () => {
      const served = new Set(answers.flatMap(([versions]) => versions));
      for (const version of [...PRE_LEGACY, ...ALL].filter((known) => !served.has(known))) {
        const answer = await pool.call(method, path, { ...options?.(), version });
        expect([version, answer.status, answer.json]).to.have.nested.property(
          '[2].error.code',
          'SessionRequestNotSupported',
        );
        expect(answer.status).to.equal(400);
      }
    });
  }

  it('takes a missing api-version for the oldest one, which has only the routes below python', async () => {
    const old = await pool.call('POST', 'python/execute', { version: null, ...ROWS[0]?.options?.() });
    expect(old.json).to.include({ status: 'Success', result: 2 });
    const newer = await pool.call('GET', 'files', { version: null });
    expect([newer.status, newer.json]).to.have.nested.property('[1].error.code', 'SessionRequestValidationFailed');
    expect(newer.text).to.contain('api-version is missing');
  });

  it('takes the identifier of a pre-legacy execution out of the body if it is nowhere else', async () => {
    const { body } = ROWS[0]?.options?.() ?? {};
    const answer = await pool.call('POST', 'python/execute', {
      version: null,
      identifier: null,
      ...(body && { body }),
    });
    expect(answer.json).to.include({ status: 'Success' });
    const none = JSON.stringify({ properties: { pythonCode: code } });
    expect(
      (await pool.call('POST', 'python/execute', { version: null, identifier: null, body: none })).status,
    ).to.equal(400);
  });

  for (const [what, method, path, version] of [
    ['an unknown route', 'GET', 'nowhere', '2025-10-02-preview'],
    ['an unknown version', 'GET', 'files', '2026-09-01-preview'],
    ['a method that no route has', 'PATCH', 'files', '2025-10-02-preview'],
    ['no route at all', 'GET', '', '2025-10-02-preview'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await pool.call(method, path, { version });
      expect([answer.status, answer.json]).to.have.nested.property('[1].error.code', 'SessionRequestValidationFailed');
      expect(answer.status).to.equal(400);
    });
  }

  it('answers 404 for another pool, and takes the case of letters in its address lightly', async () => {
    const headers = { authorization: `Bearer ${emulator.token}` };
    const query = '?api-version=2025-10-02-preview&identifier=session-1';
    const other = await fetch(`${emulator.poolManagementEndpoint}-other/files${query}`, { headers });
    expect(other.status).to.equal(404);
    const { origin, pathname } = new URL(emulator.poolManagementEndpoint);
    expect((await fetch(`${origin}${pathname.toUpperCase()}//files/${query}`, { headers })).status).to.equal(200);
  });
});

function mediaType(operation: string, status: number): string | null {
  if (status === 204) return null;
  if (operation === 'downloadFile') return 'application/octet-stream';
  return operation === 'stopSession' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
}
