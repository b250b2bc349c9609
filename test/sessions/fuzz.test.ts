import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { isSessionsError } from '../../src/errors.js';
import { execute, executeShell, startExecution } from '../../src/sessions/execute.js';
import { deleteFile, getFile, listFiles } from '../../src/sessions/file-operations.js';
import { downloadToMemory } from '../../src/sessions/download-file.js';
import { getExecution, waitForExecution } from '../../src/sessions/poll-execution.js';
import { connectToPool, type PoolConnection } from '../../src/sessions/pool-connection.js';
import { deleteSession, getPoolMetadata, getSession, listSessions } from '../../src/sessions/session-operations.js';
import { uploadFile } from '../../src/sessions/upload-file.js';
import { impatientClock } from '../helpers/an-impatient-clock.js';
import { startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const SEED = 20_261_121;
const [TOKEN, SESSION, CODE] = ['opaque-token-1', 'secret-session-1', 'print("a secret of the user")'] as const;

async function sessionsOf(connection: PoolConnection): Promise<unknown[]> {
  const sessions: unknown[] = [];
  for await (const session of listSessions(connection, undefined)) sessions.push(session);
  return sessions;
}

const STATUSES = ['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled'];
const isResult = (value: unknown): boolean => STATUSES.includes(String(Reflect.get(Object(value), 'status')));
const isFile = (value: unknown): boolean => typeof Reflect.get(Object(value), 'fullPath') === 'string';
const isSession = (value: unknown): boolean => typeof Reflect.get(Object(value), 'identifier') === 'string';
const isListOf = (isOne: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(isOne);
const isNothing = (value: unknown): boolean => value === undefined;

/** Every operation, and what its outcome has to look like. */
const OPERATIONS: Readonly<
  Record<string, readonly [(connection: PoolConnection) => Promise<unknown>, (value: unknown) => boolean]>
> = {
  execute: [(pool) => execute(pool, CODE, {}), isResult],
  executeShell: [(pool) => executeShell(pool, ['echo', 'a secret of the user'], {}), isResult],
  startExecution: [(pool) => startExecution(pool, CODE, {}), isResult],
  getExecution: [(pool) => getExecution(pool, 'e', {}), isResult],
  waitForExecution: [(pool) => waitForExecution(pool, 'e', {}), isResult],
  listFiles: [(pool) => listFiles(pool, {}), isListOf(isFile)],
  getFile: [(pool) => getFile(pool, 'x', {}), isFile],
  uploadFile: [(pool) => uploadFile(pool, new Uint8Array(3), { name: 'x' }), isFile],
  downloadFile: [(pool) => downloadToMemory(pool, 'x', {}), (value) => value instanceof Uint8Array],
  deleteFile: [(pool) => deleteFile(pool, 'x', {}), isNothing],
  getSession: [(pool) => getSession(pool, {}), isSession],
  deleteSession: [(pool) => deleteSession(pool, {}), isNothing],
  listSessions: [sessionsOf, isListOf(isSession)],
  getPoolMetadata: [(pool) => getPoolMetadata(pool, undefined), () => true],
};
const VERSIONS = ['2025-10-02-preview', '2025-02-02-preview', '2024-08-02-preview', '2024-02-02-preview'];

/** Names that the readers look for, so that what is made up leads them far. */
const NAME = fc.constantFrom(
  'status',
  'result',
  'properties',
  'value',
  'nextLink',
  'error',
  'errors',
  'message',
  'details',
  'detail',
  'title',
  'id',
  'identifier',
  'stdout',
  'stderr',
  'executionResult',
  'base64_data',
  'name',
  'filename',
  'type',
  'sessions',
  'directory',
  'sizeInBytes',
  'lastModifiedAt',
  'createdAt',
  'expiresAt',
  'code',
  'traceId',
  'etag',
  'toString',
  'executionTimeInMilliseconds',
  'error_description',
  'Message',
  'valueOf',
  'constructor',
  '__proto__',
  'then',
);
const WORD = fc.constantFrom(
  '',
  'Succeeded',
  'Failed',
  'Running',
  'NotStarted',
  '0',
  '7',
  'x',
  '../x',
  '/mnt/data/x',
  '.',
  'directory',
  '2026-01-01',
  'iVBORw0KGgo=',
  'https://example.org/x',
  '/elsewhere',
  '?page=2',
  '://',
  '\u001b[31m',
  '\u0000',
  TOKEN,
  SESSION,
  CODE,
  `no more sessions available for ${SESSION}`,
  `Traceback (most recent call last):\n${CODE}`,
);
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(WORD, fc.jsonValue({ maxDepth: 1 })),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(NAME, tie('any'), { maxKeys: 6 }),
  ),
}));
const odd = fc.oneof(WORD, any);
const model = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.record(fields, { requiredKeys: [] });
const result = model({ stdout: odd, stderr: odd, executionResult: odd, executionTimeInMilliseconds: odd });
const execution = model({ id: fc.constantFrom('e', ''), status: WORD, result: fc.oneof(result, odd), error: odd });
const entry = model({ name: odd, filename: odd, identifier: WORD, directory: odd, sizeInBytes: odd, createdAt: odd });
const wrapped = fc.oneof(execution, entry).map((properties) => ({ properties }));
const page = model({ value: fc.array(fc.oneof(entry, wrapped)), sessions: fc.array(entry), nextLink: WORD });
const envelope = model({
  code: odd,
  message: odd,
  details: fc.array(model({ message: odd })),
  error: odd,
  traceId: odd,
});
const refusal = model({ error: fc.oneof(envelope, odd), errors: fc.dictionary(NAME, any), detail: odd, message: odd });
const json = fc
  .oneof(any, execution, entry, wrapped, page, refusal, fc.constant({ id: 'e', status: 'Running' }))
  .map((value) => JSON.stringify(value));
// Deeper than anything that calls itself for each level can go.
const deep = fc.tuple(NAME, fc.constantFrom('', ',"status":"Succeeded"')).map(([name, more]) => {
  const depth = 20_000;
  return `${`{"${name}":`.repeat(depth)}[]${`${more}}`.repeat(depth)}`;
});
const deepList = fc.constantFrom('error', 'errors', 'value', 'result').map((name) => {
  const depth = 20_000;
  return `{"${name}":{"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
});
const body = fc.oneof(
  { weight: 12, arbitrary: json },
  { weight: 4, arbitrary: json.map((text) => text.slice(0, text.length / 2)) },
  { weight: 4, arbitrary: fc.uint8Array() },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: deepList },
);
const header = fc.oneof(
  fc.constantFrom('', '0', '3', '/executions/e', 'https://example.org/e', 'gzip', 'Bearer claims="e30="', SESSION),
  fc.string().map((text) => text.replace(/[^\x20-\x7e]/g, '')),
);
const reply = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    201,
    202,
    204,
    206,
    299,
    300,
    302,
    400,
    401,
    403,
    404,
    404,
    407,
    408,
    413,
    429,
    500,
    503,
  ),
  body,
  headers: fc.dictionary(
    fc.constantFrom(
      'operation-location',
      'retry-after',
      'retry-after-ms',
      'x-ms-error-code',
      'mise-correlation-id',
      'www-authenticate',
      'content-encoding',
      'content-type',
    ),
    header,
    { maxKeys: 3 },
  ),
});
const operation = fc.constantFrom(...Object.keys(OPERATIONS));
const version = fc.constantFrom(...VERSIONS);

function connect(origin: string, apiVersion: string): PoolConnection {
  const options = { poolManagementEndpoint: `${origin}/pool`, identifier: SESSION, apiVersion, retries: 1 };
  let calls = 0;
  return connectToPool(
    { ...options, authCallback: () => ((calls += 1) > 1 ? `${TOKEN}-${calls}` : TOKEN) },
    impatientClock,
  );
}

/** What a call was given, and so has to keep to itself. */
function secretsOf(name: string): readonly string[] {
  if (name === 'listSessions' || name === 'getPoolMetadata') return [TOKEN];
  const isRun = ['execute', 'executeShell', 'startExecution'].includes(name);
  return isRun ? [TOKEN, SESSION, 'a secret of the user'] : [TOKEN, SESSION];
}

async function expectTyped(name: string, pool: PoolConnection): Promise<void> {
  const [run, isRight] = OPERATIONS[name] ?? expect.fail(name);
  try {
    const value = await run(pool);
    expect(isRight(value), inspect(value)).to.equal(true);
  } catch (error) {
    if (!isSessionsError(error)) throw error;
    expect(error.code).to.be.a('string');
    const shown = `${error.message}${inspect(error, { depth: Infinity, showHidden: true })}`;
    for (const secret of secretsOf(name)) expect(shown).not.to.contain(secret);
  }
}

describe('the operations of a pool, whatever it answers,', () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  const sockets = new Set<Socket>();
  let replies: { status: number; body: string | Uint8Array; headers: Record<string, string> }[] = [];
  let bytes = Buffer.alloc(0);

  before(() => process.on('unhandledRejection', listener));
  after(async () => {
    process.off('unhandledRejection', listener);
    await stopLoopbacks();
    expect(unhandled).to.deep.equal([]);
  });

  it('end with a value of their type or a SessionsError that tells no secret', async () => {
    const { origin } = await startLoopback((_request, response) => {
      const next = replies.shift() ?? { status: 500, body: '', headers: {} };
      response.writeHead(next.status, next.headers).end(next.body);
    });
    await fc.assert(
      fc.asyncProperty(
        operation,
        version,
        fc.array(reply, { minLength: 1, maxLength: 4 }),
        async (name, apiVersion, list) => {
          replies = [...list];
          await expectTyped(name, connect(origin, apiVersion));
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('end so even where the answer is no HTTP', async () => {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
      socket.once('data', () => socket.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const line = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 404 \r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.0 200 OK\r\n',
      'HTTP/9',

      'content-length: 2\r\n',
      'content-length: -1\r\n',
      'transfer-encoding: chunked\r\n',
      'content-encoding: br\r\n',
      '\r\n',
      '{}',
      '2\r\n{}\r\n',
      '0\r\n\r\n',
      '{"value":[]}',
      'location: /x\r\n',
    );
    const part = fc.oneof(
      line.map((text) => Buffer.from(text)),
      fc.uint8Array().map((each) => Buffer.from(each)),
    );
    const prefix = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n');
    try {
      await fc.assert(
        fc.asyncProperty(operation, version, prefix, fc.array(part), async (name, apiVersion, start, parts) => {
          bytes = Buffer.concat([Buffer.from(start), ...parts]);
          await expectTyped(name, connect(origin, apiVersion));
        }),
        { seed: SEED, numRuns: 200 },
      );
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
