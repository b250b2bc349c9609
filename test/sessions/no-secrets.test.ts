import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { type Answer, cutOff, hangUp, json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

const IDENTIFIER = 'session/secret &4711';
const IDENTIFIER_SENT = IDENTIFIER.replace(' ', '+');
const CODE = 'password = "hunter2-in-the-code"\nconnect(password)';
const TOKEN = makeJwt({ aud: 'https://elsewhere.example', sub: 'token-subject' });
const SECRETS = [
  IDENTIFIER_SENT,
  encodeURIComponent(IDENTIFIER_SENT),
  'hunter2',
  TOKEN,
  TOKEN.split('.')[1] ?? '',
  'token-subject',
];

/** Everything that a log, a debugger or a curious reader gets to see of an error. */
function everythingOf(error: unknown): string {
  const seen: string[] = [];
  for (
    let current = error;
    current !== undefined && current !== null;
    current = Reflect.get(Object(current), 'cause')
  ) {
    seen.push(inspect(current, { depth: Infinity, showHidden: true, maxStringLength: Infinity }));
    seen.push(String(current), JSON.stringify(current) ?? '');
    if (current instanceof Error) {
      seen.push(current.message, current.stack ?? '');
      for (const key of Reflect.ownKeys(current)) seen.push(String(key), String(Reflect.get(current, key)));
    }
  }
  return seen.join('\n');
}

const echo = (request: { url: URL; headers: object; body: Buffer }): string =>
  `${request.url.href} ${JSON.stringify(request.headers)} ${request.body.toString()} ${decodeURIComponent(request.url.search)}`;

const answers: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(
    [301, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503].flatMap((status): [string, Answer][] => [
      [
        `${status} that echoes in an envelope`,
        (request, response) =>
          json(
            status,
            {
              error: {
                code: 'Bad',
                message: echo(request),
                traceId: echo(request),
                details: [{ message: echo(request) }],
              },
            },
            { 'retry-after': '0' },
          )(request, response),
      ],
      [
        `${status} that echoes in plain text`,
        (request, response) => text(status, echo(request), { 'retry-after': '0' })(request, response),
      ],
      [
        `${status} that echoes in problem details`,
        (request, response) =>
          json(
            status,
            { title: echo(request), errors: { [echo(request)]: [echo(request)] } },
            { 'retry-after': '0' },
          )(request, response),
      ],
      [
        `${status} that echoes in its headers`,
        (request, response) =>
          text(status, '', {
            'retry-after': '0',
            'x-ms-error-code': request.url.href,
            'mise-correlation-id': request.url.href,
            'www-authenticate': request.headers.authorization ?? '',
          })(request, response),
      ],
    ]),
  ),
  'a broken connection': hangUp,
  'a cut answer': cutOff('{"id":"hunter2'),
  'a page': (request, response) => text(200, `<html>${echo(request)}</html>`)(request, response),
  'an empty body': text(200, ''),
  'an echo that is no JSON': (request, response) => text(200, echo(request))(request, response),
  'a JSON that is no answer': (request, response) =>
    json(200, { status: echo(request), value: echo(request) })(request, response),
  'a link to elsewhere': json(
    202,
    { id: 'e', status: 'Running', value: [], sessions: [], nextLink: 'https://evil.example' },
    { 'operation-location': 'https://evil.example' },
  ),
};

describe('errors', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'no-secrets-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  afterEach(stopLoopbacks);

  const calls: Readonly<Record<string, (client: SessionsClient) => Promise<unknown>>> = {
    execute: (client) => client.execute(CODE),
    executeShell: (client) => client.executeShell(CODE),
    startExecution: (client) => client.startExecution(CODE),
    getExecution: (client) => client.getExecution('e1'),
    listFiles: (client) => client.listFiles(),
    getFile: (client) => client.getFile('x'),
    uploadFile: (client) => client.uploadFile(Buffer.from(CODE), { name: 'x' }),
    downloadFile: (client) => client.downloadFile('x', { to: join(directory, 'x') }),
    deleteFile: (client) => client.deleteFile('x'),
    getSession: (client) => client.getSession(),
    deleteSession: (client) => client.deleteSession(),
    listSessions: async (client) => {
      for await (const _session of client.listSessions());
    },
    getPoolMetadata: (client) => client.getPoolMetadata(),
  };

  async function failuresOf(endpoint: string, options: SessionsClientOptions = {}): Promise<unknown[]> {
    const client = new SessionsClient({
      poolManagementEndpoint: endpoint,
      authCallback: () => TOKEN,
      identifier: IDENTIFIER_SENT,
      retries: 1,
      ...options,
    });
    const failures: unknown[] = [];
    for (const call of Object.values(calls)) await call(client).catch((error: unknown) => failures.push(error));
    expect(inspect(client, { depth: Infinity, showHidden: true })).to.satisfy(
      (shown: string) => !SECRETS.some((secret) => shown.includes(secret)),
    );
    return failures;
  }

  function expectNoSecrets(failures: readonly unknown[]): void {
    for (const failure of failures) {
      expect(failure).to.be.an('error').with.property('name', 'SessionsError');
      const shown = everythingOf(failure);
      for (const secret of SECRETS) expect(shown).not.to.contain(secret);
    }
  }

  for (const [what, answer] of Object.entries(answers)) {
    it(`hold no token, identifier or code after ${what}`, async () => {
      const server = await startLoopback(answer);
      const failures = await failuresOf(server.endpoint, { retries: 0 });
      expect(failures.length).to.be.above(0);
      expectNoSecrets(failures);
    });
  }

  it('hold none when the pool cannot be reached', async () => {
    const server = await startLoopback();
    await stopLoopbacks();
    expectNoSecrets(await failuresOf(server.endpoint, { retries: 0 }));
  });

  it('hold none when the auth callback fails with one', async () => {
    const server = await startLoopback(json(200, {}));
    const failing = [
      () => {
        throw new Error(`no use for Bearer ${TOKEN}`);
      },
      () =>
        Promise.reject(
          Object.assign(new Error(`access_token=${TOKEN}`), {
            token: TOKEN,
            config: { headers: { authorization: TOKEN } },
          }),
        ),
      () => Promise.reject(new Error('outer', { cause: new Error(TOKEN) })),
      () => ({ token: `Bearer ${TOKEN}`, expiresOnTimestamp: Date.now() + 1e6 }),
      () => ({ token: TOKEN, expiresOnTimestamp: Number.NaN }),
      () => `${TOKEN}\n`,
    ];
    for (const authCallback of failing) expectNoSecrets(await failuresOf(server.endpoint, { authCallback }));
    expect(server.requests).to.have.length(0);
  });

  it('hold no opaque token, neither the one that was rejected nor the fresh one', async () => {
    const seen: string[] = [];
    const server = await startLoopback((request, response) => {
      seen.push(request.headers.authorization ?? '');
      json(401, { error: { code: 'Bad', message: `nothing of ${seen.join(' ').replaceAll('Bearer ', '')}` } })(
        request,
        response,
      );
    });
    let count = 0;
    const authCallback = (): string => `opaque.token.${(count += 1)}`;
    const failures = await failuresOf(server.endpoint, { authCallback });
    expect(failures.length).to.be.above(10);
    for (const failure of failures) {
      expect(String(failure)).to.contain('nothing of [redacted]');
      expect(everythingOf(failure)).not.to.contain('opaque.token');
    }
  });

  it('hold none when what is asked for is refused at once', async () => {
    const server = await startLoopback(json(200, {}));
    const client = new SessionsClient({ poolManagementEndpoint: server.endpoint, authCallback: () => TOKEN });
    const identifier = `${IDENTIFIER_SENT} with a blank`;
    const failures: unknown[] = [];
    await client.execute(CODE, { identifier }).catch((error: unknown) => failures.push(error));
    await client
      .execute(CODE, { identifier: IDENTIFIER_SENT, timeoutInSeconds: -1 })
      .catch((error: unknown) => failures.push(error));
    await client.execute(CODE).catch((error: unknown) => failures.push(error));
    expect(failures).to.have.length(3);
    expectNoSecrets(failures);
  });
});
