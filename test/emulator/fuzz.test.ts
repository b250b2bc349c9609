import { expect } from 'chai';
import * as fc from 'fast-check';
import { type IncomingHttpHeaders, request } from 'node:http';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

// What the pool is known to answer with; anything else is a mistake of the emulator's.
const DOCUMENTED: ReadonlySet<number> = new Set([200, 202, 204, 400, 401, 403, 404, 408, 413, 429, 431]);
const CODES: ReadonlySet<string> = new Set([
  'SessionPropertiesMissing',
  'SessionRequestValidationFailed',
  'SessionRequestNotSupported',
  'SessionWithIdentifierNotFound',
  'Unauthorized',
  'Forbidden',
  'FileNotFound',
  'ExecutionNotFound',
  'SessionPoolNotFound',
  'RequestEntityTooLarge',
  'TooManySessions',
  'RequestHeadersTooLarge',
]);

interface Call {
  /** With the version that fits, if this is to be the one. */
  readonly line: readonly [method: string, path: string, version?: string];
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const VERSIONS = [
  '2023-08-01-preview',
  '2024-02-02-preview',
  '2024-08-02-preview',
  '2024-10-02-preview',
  '2025-02-02-preview',
  '2025-10-02-preview',
];
const [OLDEST, LEGACY, , , NEWER, NEWEST] = VERSIONS as [string, string, string, string, string, string];
const OPERATIONS = [
  ['POST', 'executions', NEWER],
  ['GET', 'executions/x', NEWER],
  ['POST', 'code/execute', LEGACY],
  ['POST', 'python/execute', OLDEST],
  ['GET', 'python/files', OLDEST],
  ['POST', 'python/uploadFile', OLDEST],
  ['GET', 'python/downloadFile', OLDEST],
  ['GET', 'files', NEWEST],
  ['POST', 'files', NEWEST],
  ['POST', 'files/upload', LEGACY],
  ['GET', 'files/a.txt', NEWEST],
  ['DELETE', 'files/a.txt', NEWEST],
  ['GET', 'files/content/a.txt', LEGACY],
  ['GET', 'files/a.txt/content', NEWER],
  ['GET', 'session', NEWEST],
  ['DELETE', 'session', NEWEST],
  ['GET', 'listSessions', NEWEST],
  ['GET', 'metadata', NEWEST],
  ['POST', '.management/getSession', LEGACY],
  ['POST', '.management/listSessions', NEWER],
  ['POST', '.management/stopSession', NEWEST],
] as const;
const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE'];

const text = fc.string({ unit: 'binary', maxLength: 40 });
const segment = fc.oneof(
  text.map(encodeURIComponent),
  fc.constantFrom('..', '.', '%2e%2e', '%2f', '%00', '%', '%zz', '~', ';a=b'),
);
const path = fc.oneof(
  fc.array(segment, { maxLength: 5 }).map((segments) => segments.join('/')),
  fc.tuple(fc.constantFrom('files', 'files/content', 'executions'), segment).map((both) => both.join('/')),
);
// Mostly what is expected there, and now and then anything.
const mostly = (expected: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: expected }, { weight: 1, arbitrary: fc.jsonValue() });
const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...OPERATIONS) },
  { weight: 1, arbitrary: fc.constantFrom(...OPERATIONS).map(([method, known]) => [method, known] as const) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...METHODS), path) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom(...OPERATIONS.map(([, known]) => known))),
  },
);
const execution = fc.record(
  {
    code: mostly(fc.oneof(text, fc.constantFrom('{}', '{"value":[1]}', '{"stdout":"x"}'), fc.json())),
    pythonCode: mostly(text),
    codeInputType: mostly(fc.constantFrom('Inline', 'inlineBase64', 'INLINETEXT')),
    executionType: mostly(fc.constantFrom('Synchronous', 'asynchronous')),
    timeoutInSeconds: mostly(fc.integer({ min: 1, max: 400 })),
    outputStreamsMaxLength: mostly(fc.integer({ min: 1 })),
    returnJupyterFormatExecutionResult: fc.jsonValue(),
    useEmptyKernel: fc.jsonValue(),
    identifier: text,
  },
  { requiredKeys: ['code'] },
);
const multipart = fc
  .tuple(fc.constantFrom('file', 'File', 'other', ''), text, fc.string({ maxLength: 300 }))
  .map(([field, name, content]) =>
    [`--b`, `content-disposition: form-data; name="${field}"; filename="${name}"`, '', content, '--b--', ''].join(
      '\r\n',
    ),
  );
const body = fc.oneof(
  // For either family at once.
  { weight: 6, arbitrary: execution.map((fields) => JSON.stringify({ ...fields, properties: fields })) },
  { weight: 1, arbitrary: execution.map((fields) => JSON.stringify(fields)) },
  { weight: 1, arbitrary: execution.map((properties) => JSON.stringify({ properties })) },
  { weight: 2, arbitrary: multipart },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }) },
);
const headerValue = fc.string({ maxLength: 60 }).map((value) => value.replace(/[^\x20-\x7e]/g, ''));
const origin = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ origin: fc.oneof(fc.constant('null'), headerValue) }) },
);
const calls: fc.Arbitrary<Call> = fc.record({
  line,
  query: fc.record(
    {
      identifier: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('fuzz-1', 'fuzz-2', 'fuzz-3') },
        { weight: 1, arbitrary: text },
      ),
      'api-version': fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...VERSIONS) }, { weight: 1, arbitrary: text }),
      path: fc.oneof(text, fc.constantFrom('', '/', '/mnt/data', 'a/b', '../..', '.')),
      filename: fc.oneof(text, fc.constantFrom('a.txt', '../a', '/etc/passwd')),
      recursive: fc.constantFrom('true', 'false', 'maybe'),
      skip: fc.oneof(fc.integer().map(String), text),
    },
    { requiredKeys: ['identifier', 'api-version'] },
  ),
  headers: fc
    .tuple(
      origin,
      fc.record(
        {
          'content-type': fc.oneof(
            fc.constantFrom(
              'application/json',
              'multipart/form-data; boundary=b',
              'multipart/form-data',
              'multipart/form-data; boundary=',
            ),
            headerValue,
          ),
          'operation-id': headerValue,
          expect: fc.constant('100-continue'),
          'x-anything': headerValue,
        },
        { requiredKeys: ['content-type'] },
      ),
    )
    .map(([first, others]) => ({ ...first, ...others })),
  body,
});

describe('the routes of the emulator', () => {
  it('answer whatever they are asked with a status that is documented and a body that is typed', async () => {
    const emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (code) => {
        const played: unknown = JSON.parse(code);
        // Timeouts would be waited for.
        return typeof played === 'object' && played !== null && Object.keys(played)[0] !== 'fate' ? played : {};
      },
      maxSessions: 3,
    });
    const seen = new Map<number, number>();
    try {
      await fc.assert(
        fc.asyncProperty(calls, async (call) => {
          const answer = await send(emulator, call);
          seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
          expectTyped(answer, call);
        }),
        { seed: 20_261_121, numRuns: 800 },
      );
      // A fuzzer that is turned away at the door has seen nothing.
      for (const status of [200, 202, 204, 400, 404]) expect(seen.get(status), String(status)).to.be.greaterThan(0);
      expect((await requestsTo(emulator, 'fuzz-1').call('GET', 'metadata')).status).to.equal(200);
    } finally {
      await emulator.stop();
    }
  });
});

function expectTyped({ status, headers, text: body }: Heard, { line: [method] }: Call): void {
  expect(DOCUMENTED.has(status), `${status}: ${body}`).to.equal(true);
  if (method === 'HEAD' || status === 204) {
    expect(body).to.equal('');
  } else if (status >= 400) {
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    const { error } = JSON.parse(body) as { error: { code: string; message: string; traceId: string } };
    expect(CODES.has(error.code), error.code).to.equal(true);
    expect(error.message).to.be.a('string').and.not.equal('');
  } else if (headers['content-type']?.startsWith('application/json')) JSON.parse(body);
}

function send(
  emulator: SessionPoolEmulator,
  { line: [method, below, version], query, headers, body: content }: Call,
): Promise<Heard> {
  const { hostname, port, pathname } = new URL(emulator.poolManagementEndpoint);
  // A URL object would resolve the dots before they are sent.
  const target = `${pathname}/${below}?${new URLSearchParams({ ...query, ...(version && { 'api-version': version }) })}`;
  // Node leaves it out for some methods, and the body would be taken for the next request.
  const length = { 'content-length': Buffer.byteLength(content) };
  const all = { authorization: `Bearer ${emulator.token}`, ...headers, ...length };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: target, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}
