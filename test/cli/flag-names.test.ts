import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { azureIdentityAuth, loopbackIdentityAuth } from '../../src/auth/azure-identity.js';
import { staticAuth } from '../../src/auth/static.js';
import { inPoolFlags } from '../../src/cli/flag-names.js';
import { messageOf } from '../../src/errors.js';
import { errorFromAnswer } from '../../src/http/map-error.js';
import { errorFromFailure } from '../../src/http/map-failure.js';
import { awaitExecution } from '../../src/sessions/poll-execution.js';
import { connectToPool } from '../../src/sessions/pool-connection.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { documentOf, runCommand } from '../helpers/run-command.js';
import { thrownBy } from '../helpers/thrown-by.js';

const POOL = 'https://westus2.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p';
const SCOPE = 'https://dynamicsessions.io/.default';
const CONTEXT = { scope: SCOPE, forceRefresh: false };
const RUNNING = {
  status: 'Running',
  value: undefined,
  stdout: '',
  stderr: '',
  images: [],
  executionTimeMs: 0,
  id: 'an-id',
  raw: undefined,
} as const;

function refusal(status: number, isLoopback: boolean): Error {
  const token = isLoopback ? 'an-opaque-token' : makeJwt({ aud: 'https://dynamicsessions.io' });
  const asked = { operation: 'Running the code', replay: 'execute', scope: SCOPE, token, secrets: [] } as const;
  return errorFromAnswer({ ...asked, status, header: () => undefined, text: '', now: 0, isLoopback, isRepeated: true });
}

function connectionThatTakesTooLong(): unknown {
  const url = new URL(POOL);
  const request = { operation: 'Running the code', method: 'POST', url, replay: 'execute', timeoutMs: 1, secrets: [] };
  const record = { attempts: 1, nothingSent: true, connectExpired: true };
  return errorFromFailure(new Error('late'), request as Parameters<typeof errorFromFailure>[1], record);
}

const client = (options: object): unknown =>
  thrownBy(() => new SessionsClient({ poolManagementEndpoint: POOL, ...options }));
const unloadable = (credential: unknown): Promise<Error> =>
  rejectionOf(Promise.resolve(azureIdentityAuth(credential)(CONTEXT)));

describe('inPoolFlags', () => {
  const messages: readonly (readonly [string, () => unknown, string | RegExp])[] = [
    [
      'an endpoint that is not of the service',
      () => client({ poolManagementEndpoint: 'https://portal.azure.com/x' }),
      'The pool management endpoint is at portal.azure.com, and tokens are sent to dynamicsessions.io, acasessions.io, azurecontainerapps.io only: correct the endpoint.',
    ],
    [
      'an endpoint that is empty',
      () => client({ poolManagementEndpoint: ' ' }),
      /^There is .* Pass --endpoint, or set ACA_/,
    ],
    [
      'a version that is none',
      () => client({ apiVersion: '1999' }),
      '--api-version is a version of the service, such as 2025-10-02-preview.',
    ],
    ['a scope that is blank', () => client({ scope: ' ' }), `--scope is a text, such as ${SCOPE}.`],
    [
      'a name that no file can be uploaded under',
      () =>
        rejectionOf(
          new SessionsClient({ poolManagementEndpoint: POOL, identifier: 'a-session' }).uploadFile(new Uint8Array(), {
            name: 'a"b',
          }),
        ),
      /: pass another as --name\.$/,
    ],
    [
      'a version without a feature',
      () =>
        rejectionOf(
          new SessionsClient({
            poolManagementEndpoint: POOL,
            identifier: 'a-session',
            apiVersion: '2025-02-02-preview',
          }).execute('1', { outputStreamsMaxLength: 5 }),
        ),
      '--max-output is not part of api-version 2025-02-02-preview; set --api-version to 2025-10-02-preview or later.',
    ],
    ['a machine without an identity', () => unloadable(undefined), /, or run where there is a managed identity\.$/],
    [
      'a pool on this machine without a token',
      () => rejectionOf(Promise.resolve(loopbackIdentityAuth()(CONTEXT))),
      /; for any other pool, sign in with `az login`\.$/,
    ],
    ['the token of another emulator', () => refusal(401, true), /: set DYNAMIC_SESSIONS_EMULATOR_TOKEN to that\.$/],
    ['a managed identity whose token is kept', () => refusal(401, false), / and cannot be told to drop one\.$/],
    [
      'a token that has expired',
      () => thrownBy(() => staticAuth(makeJwt({ exp: 1_700_000_000 }))(CONTEXT)),
      'DYNAMIC_SESSIONS_EMULATOR_TOKEN holds a token that expired at 2023-11-14T22:13:20.000Z. Set it to a new one.',
    ],
    ['a pool that redirects', () => refusal(302, false), /: check --endpoint\.$/],
    [
      'a connection that takes too long',
      connectionThatTakesTooLong,
      / took no connection in time\. Check the network\.$/,
    ],
    [
      'code that runs on',
      () =>
        rejectionOf(
          awaitExecution(connectToPool({ poolManagementEndpoint: POOL }), {
            identifier: 'a-session',
            result: RUNNING,
            until: 0,
          }),
        ),
      'The code still runs although its time is up. To end it, delete the session.',
    ],
  ];
  let credentials: string | undefined;
  before(() => {
    credentials = process.env['AZURE_TOKEN_CREDENTIALS'];
    process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential'; // Which asks nobody.
  });
  after(() => {
    if (credentials === undefined) delete process.env['AZURE_TOKEN_CREDENTIALS'];
    else process.env['AZURE_TOKEN_CREDENTIALS'] = credentials;
  });
  for (const [what, fail, expected] of messages) {
    it(`gives advice that a command line can follow for ${what}`, async () => {
      const message = inPoolFlags(messageOf(await fail()));
      if (typeof expected === 'string') expect(message).to.equal(expected);
      else expect(message).to.match(expected);
      expect(message).not.to.match(/`\w+`|\w\(/);
    });
  }

  it('leaves what is no option as it is', () => {
    expect(inPoolFlags('Say `az login`, or `print`.')).to.equal('Say `az login`, or `print`.');
  });
});

describe('dynamic-sessions', () => {
  let empty: string;
  before(() => {
    empty = mkdtempSync(join(tmpdir(), 'no-programs-'));
  });
  after(() => rmSync(empty, { recursive: true }));

  it('names flags where the library names options, in words and in a document', async () => {
    const plain = await runCommand(['exec', '--endpoint', POOL, '--api-version', '1999', '1']);
    expect(plain.stderr).to.equal(
      'Error [invalid_options]: --api-version is a version of the service, such as 2025-10-02-preview.\n',
    );
    const outcome = await runCommand(['exec', '--json', '--endpoint', 'https://portal.azure.com/x', '1']);
    expect(documentOf(outcome)['error'])
      .to.have.property('message')
      .that.matches(/ only: correct the endpoint\.$/);
    expect([plain.exitCode, outcome.exitCode]).to.deep.equal([2, 2]);
  });

  it('names the variable where a pool on this machine lacks a token', async () => {
    const env = {
      ACA_POOL_MANAGEMENT_ENDPOINT: 'http://127.0.0.1:9/x',
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    };
    const { stderr, exitCode } = await runCommand(['exec', '1'], { env });
    expect(stderr).to.match(/^Error \[auth_failed\]: .*DYNAMIC_SESSIONS_EMULATOR_TOKEN is not set.*\n$/);
    expect(exitCode).to.equal(3);
  });

  it('offers an emulator without isolation where none can be had, by a command that there is', async function () {
    if (process.platform === 'win32') this.skip();
    const { stderr, exitCode } = await runCommand(['exec', '--shell', 'id'], { env: { PATH: empty } });
    expect(stderr).to.match(
      /^Error \[invalid_options\]: The embedded emulator cannot start: a pool of the kind 'Shell' /,
    );
    expect(stderr).to.match(/: dynamic-sessions emulator --pool-kind Shell --isolate none\n$/);
    expect(exitCode).to.equal(2);
  });
});
