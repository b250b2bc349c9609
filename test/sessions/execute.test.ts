import { Agent } from 'node:https';
import { expect } from 'chai';
import { execute } from '../../src/sessions/execute.js';
import { readEndpoint } from '../../src/sessions/endpoint.js';
import { connectToPool, defaultAuth } from '../../src/sessions/pool-connection.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { aClock } from '../helpers/a-clock.js';
import { impatientClock } from '../helpers/an-impatient-clock.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { cutOff, hangUp, json, stall, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';
import { until } from '../helpers/until.js';
import { untyped } from '../helpers/untyped.js';

const PATH = '/subscriptions/s/resourceGroups/g/sessionPools/p';
const succeeded = json(200, {
  id: 'e1',
  status: 'Succeeded',
  result: { stdout: 'hi\n', stderr: '', executionResult: 42, executionTimeInMilliseconds: 7 },
});
const TIMED_OUT = {
  id: 'e1',
  status: 'Failed',
  result: { stdout: '', stderr: 'Request timed out waiting for code execution to complete', executionResult: '' },
};
const running = (headers: Record<string, string> = {}) => json(202, { id: 'e1', status: 'Running' }, headers);

function aClient(endpoint: string, options: SessionsClientOptions = {}): SessionsClient {
  return new SessionsClient({
    poolManagementEndpoint: endpoint,
    authCallback: () => 'a-token',
    identifier: 'session-1',
    ...options,
  });
}

describe('SessionsClient.execute', () => {
  afterEach(stopLoopbacks);

  it('sends the code as the current versions want it and reads the result', async () => {
    const server = await startLoopback(succeeded);
    const result = await aClient(server.endpoint).execute('6 * 7', { timeoutInSeconds: 60 });
    const [request] = server.requests;
    expect(request?.method).to.equal('POST');
    expect(`${request?.url.pathname}${request?.url.search}`).to.equal(
      `${PATH}/executions?api-version=2025-10-02-preview&identifier=session-1`,
    );
    expect(request?.headers.authorization).to.equal('Bearer a-token');
    expect(JSON.parse(request?.body.toString() ?? '')).to.deep.equal({
      codeInputType: 'Inline',
      executionType: 'Synchronous',
      code: '6 * 7',
      timeoutInSeconds: 60,
      outputStreamsMaxLength: 100_000,
    });
    expect(result).to.deep.include({
      id: 'e1',
      status: 'Succeeded',
      value: 42,
      stdout: 'hi\n',
      stderr: '',
      executionTimeMs: 7,
    });
  });

  it('says that the code was started when there is no token to ask for it with', async () => {
    const server = await startLoopback(running(), running());
    let tokens = 0;
    const authCallback = (): string => {
      tokens += 1;
      if (tokens > 1) throw new Error('the broker is down.');
      return 'a-token';
    };
    const connection = connectToPool({ poolManagementEndpoint: server.endpoint, authCallback }, impatientClock);
    const error = await rejectionOf(execute(connection, 'charge()', { identifier: 'session-1' }));
    expect(error).to.include({ code: 'auth_failed', fatal: true });
    expect(error.message).to.equal(
      'The auth callback failed: the broker is down. The code has been started, and may have run: see what it did before you send it again.',
    );
    expect(error.cause).to.have.property('message', 'the broker is down.');
  });

  for (const [what, answers] of [
    ['is refused', [json(500, {})]],
    ['finds nothing', [json(404, {})]],
    ['is cut off', [hangUp]],
  ] as const) {
    it(`says that the code was started when asking for it ${what}, and never to try again`, async () => {
      const server = await startLoopback(running(), ...answers);
      const options = { poolManagementEndpoint: server.endpoint, authCallback: () => 'a-token', retries: 0 };
      const connection = connectToPool(options, impatientClock);
      const error = await rejectionOf(execute(connection, 'charge()', { identifier: 'session-1' }));
      expect(error.message).to.match(
        /^Getting the execution failed: .* The code has been started, and may have run: see/,
      );
      expect(error.message).not.to.match(/try again/i);
    });
  }

  for (const [what, command, options] of [
    ['a number', 5, {}],
    ['nothing', null, {}],
    ['words that are none', ['ls', 5], {}],
    ['an input that is none', 'cat', { stdin: 5 }],
  ] as const) {
    it(`refuses ${what} for a command before anything is sent`, async () => {
      const server = await startLoopback(succeeded);
      const error = await rejectionOf(aClient(server.endpoint).executeShell(untyped(command), untyped(options)));
      expect(error).to.include({ code: 'invalid_request' });
      expect(error.message).to.match(/is a text, or a list of texts|`stdin` is no text/);
      expect(server.requests).to.deep.equal([]);
    });
  }

  it('leaves out what 2024-10-02-preview does not know, and takes its 202 for an answer', async () => {
    const server = await startLoopback(json(202, { id: 'e', status: 'Succeeded', result: { executionResult: 1 } }));
    const result = await aClient(server.endpoint, { apiVersion: '2024-10-02-preview' }).execute('1');
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.deep.equal({
      codeInputType: 'Inline',
      executionType: 'Synchronous',
      code: '1',
      timeoutInSeconds: 100,
    });
    expect(result.value).to.equal(1);
  });

  it('speaks the older wire where the version is an older one', async () => {
    const server = await startLoopback(
      json(200, { properties: { status: 'Success', stdout: '', stderr: '', result: 3 } }),
    );
    const result = await aClient(server.endpoint, { apiVersion: '2024-02-02-preview' }).execute('1 + 2');
    expect(server.requests[0]?.url.pathname).to.equal(`${PATH}/code/execute`);
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.deep.equal({
      properties: { codeInputType: 'inline', executionType: 'synchronous', code: '1 + 2', timeoutInSeconds: 100 },
    });
    expect(result.value).to.equal(3);
  });

  for (const [how, answers] of [
    ['at once', [json(200, TIMED_OUT)]],
    ['when it is asked for', [running(), json(200, TIMED_OUT)]],
  ] as const) {
    it(`says how long code was allowed that the service ended (${how})`, async () => {
      const server = await startLoopback(...answers);
      const options = {
        poolManagementEndpoint: server.endpoint,
        authCallback: () => 'a-token',
        identifier: 'session-1',
      };
      const connection = connectToPool(options, impatientClock);
      const { status, error } = await execute(connection, 'while True: pass', { timeoutInSeconds: 45 });
      expect(status).to.equal('Failed');
      expect(error).to.include({ name: 'TimeoutError' });
      expect(error?.message).to.contain('longer than the 45 s').and.contain('`timeoutInSeconds`');
    });
  }

  it('takes failing code for a result', async () => {
    const server = await startLoopback(
      json(200, {
        id: 'e',
        status: 'Failed',
        result: { stdout: '', stderr: 'Traceback (most recent call last):\n  x\nKeyError: 1' },
      }),
    );
    expect(await aClient(server.endpoint).execute('{}[1]')).to.include({ status: 'Failed' });
  });

  for (const [what, answer] of [
    ['a lost answer', hangUp],
    ['a cut answer', cutOff('{')],
    ['500', json(500, {})],
    ['503', json(503, {})],
  ] as const) {
    it(`never sends code again after ${what}`, async () => {
      const server = await startLoopback(answer, succeeded);
      await rejectionOf(aClient(server.endpoint).execute('6 * 7'));
      expect(server.requests).to.have.length(1);
    });
  }

  it('sends code again after 503 only if the caller accepts that it runs twice', async () => {
    const server = await startLoopback(json(503, {}, { 'retry-after': '0' }), succeeded);
    await aClient(server.endpoint, { dangerouslyExecuteAgainOn503: true }).execute('6 * 7');
    expect(server.requests).to.have.length(2);
  });

  it('sends code again when the pool is full, whichever way it says so', async () => {
    const server = await startLoopback(
      json(429, {}, { 'retry-after': '0' }),
      json(404, { error: { message: 'No more sessions can be allocated.' } }, { 'retry-after': '0' }),
      succeeded,
    );
    expect((await aClient(server.endpoint).execute('6 * 7')).value).to.equal(42);
    expect(server.requests).to.have.length(3);
  });

  it('says that the pool is full when it stays so', async () => {
    const server = await startLoopback(json(429, { error: { code: 'TooManySessions' } }, { 'retry-after': '0' }));
    const error = await rejectionOf(aClient(server.endpoint, { retries: 1 }).execute('6 * 7'));
    expect(error).to.include({
      code: 'pool_full',
      status: 429,
      serviceCode: 'TooManySessions',
      retryAfterMs: 0,
      fatal: false,
    });
    expect(server.requests).to.have.length(2);
  });

  for (const [what, body] of [
    ['an empty body', ''],
    ['a page', '<html></html>'],
    ['cut JSON', '{"id":'],
    ['another JSON', '[]'],
    ['no status', '{"id":"e"}'],
  ] as const) {
    it(`rejects ${what} with invalid_response`, async () => {
      const server = await startLoopback(text(200, body));
      expect(await rejectionOf(aClient(server.endpoint).execute('1'))).to.include({ code: 'invalid_response' });
      expect(server.requests).to.have.length(1);
    });
  }

  it('polls an execution that is still under way, where the service says', async () => {
    const server = await startLoopback(
      running({ 'operation-location': `/executions/e1?api-version=2025-10-02-preview` }),
      running(),
      succeeded,
    );
    const client = aClient(server.endpoint);
    const started = await client.startExecution('6 * 7');
    expect(started.status).to.equal('Running');
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.include({ executionType: 'Asynchronous' });
    const result = await client.waitForExecution('e1', { pollIntervalMs: 0 });
    expect(result.value).to.equal(42);
    expect(server.requests.slice(1).map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).to.deep.equal([
      `GET ${PATH}/executions/e1?api-version=2025-10-02-preview&identifier=session-1`,
      `GET ${PATH}/executions/e1?api-version=2025-10-02-preview&identifier=session-1`,
    ]);
  });

  it('says nothing of the code when the pool repeats it in answer to a poll', async () => {
    const code = 'print("a secret of the user")';
    const server = await startLoopback(running(), json(400, { error: { code: 'Bad', message: `bad: ${code}` } }));
    const error = await rejectionOf(aClient(server.endpoint).execute(code));
    expect(error).to.include({ code: 'invalid_request', serviceCode: 'Bad' });
    expect(error.message).to.contain('bad: [redacted]').and.not.contain('secret');
  });

  it('asks for one execution', async () => {
    const server = await startLoopback(running());
    expect(await aClient(server.endpoint).getExecution('a/b?')).to.include({ status: 'Running' });
    expect(server.requests[0]?.url.pathname).to.equal(`${PATH}/executions/a%2Fb%3F`);
  });

  it('does not carry the token to where a foreign Operation-Location leads', async () => {
    const other = await startLoopback(succeeded);
    const server = await startLoopback(running({ 'operation-location': `${other.endpoint}/executions/e1` }));
    const error = await rejectionOf(aClient(server.endpoint).execute('1'));
    expect(error).to.include({ code: 'invalid_response' });
    expect(error.message).to.contain('not followed').and.contain('The code has been started, and may have run');
    expect(other.requests).to.have.length(0);
  });

  it('gives the id of code that it has started, wherever the Operation-Location leads', async () => {
    const server = await startLoopback(running({ 'operation-location': 'https://elsewhere.example/executions/e1' }));
    expect(await aClient(server.endpoint).startExecution('1')).to.include({ id: 'e1', status: 'Running' });
  });

  it('rejects with the reason of the caller, and leaves the session alone', async () => {
    const server = await startLoopback(stall);
    const leaving = new AbortController();
    const answer = rejectionOf(aClient(server.endpoint).execute('1', { signal: leaving.signal }));
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const reason = new Error('enough');
    leaving.abort(reason);
    expect(await answer).to.equal(reason);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).to.have.length(1);
  });

  it('deletes the session of an execution that is aborted, where that is asked for', async () => {
    const deleted = withResolvers();
    const server = await startLoopback(stall, (_request, response) => {
      response.writeHead(204).end();
      deleted.resolve();
    });
    const leaving = new AbortController();
    const answer = rejectionOf(
      aClient(server.endpoint, { onAbort: 'delete-session' }).execute('1', { signal: leaving.signal }),
    );
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    leaving.abort(new Error('enough'));
    await answer;
    await deleted.promise;
    expect(`${server.requests[1]?.method} ${server.requests[1]?.url.pathname}`).to.equal(`DELETE ${PATH}/session`);
  });

  it('uses the session of the call rather than that of the client, and needs one of them', async () => {
    const server = await startLoopback(succeeded);
    await aClient(server.endpoint).execute('1', { identifier: 'session-2' });
    expect(server.requests[0]?.url.searchParams.get('identifier')).to.equal('session-2');
    const nameless = new SessionsClient({ poolManagementEndpoint: server.endpoint, authCallback: () => 't' });
    expect(await rejectionOf(nameless.execute('1'))).to.include({ code: 'invalid_options' });
    expect(server.requests).to.have.length(1);
  });

  it('says what code is not, where it is no text', async () => {
    const server = await startLoopback(succeeded);
    const client = aClient(server.endpoint);
    for (const [code, what] of [
      [5, 'a number'],
      [undefined, 'undefined'],
      [['1'], 'an array'],
    ] as const) {
      const expected = { code: 'invalid_request', message: `The code to run is a text, not ${what}.` };
      expect(await rejectionOf(client.execute(untyped(code)))).to.include(expected);
      expect(await rejectionOf(client.startExecution(untyped(code)))).to.include(expected);
    }
    expect(server.requests).to.have.length(0);
  });

  it('refuses empty code and wrong options before anything is sent', async () => {
    const server = await startLoopback(succeeded);
    const client = aClient(server.endpoint);
    for (const code of ['', ' \n', untyped(undefined), untyped(7)]) {
      expect(await rejectionOf(client.execute(code))).to.include({ code: 'invalid_request' });
    }
    for (const options of [
      { timeoutInSeconds: 0 },
      { timeoutInSeconds: 1.5 },
      { timeoutInSeconds: Number.NaN },
      { timeoutInSeconds: 100_000_000 },
      { outputStreamsMaxLength: 0 },
      { identifier: 'x' },
    ]) {
      expect(await rejectionOf(client.execute('1', options)), JSON.stringify(options)).to.include({
        code: 'invalid_options',
      });
    }
    expect(server.requests).to.have.length(0);
  });

  it('names the version that has what this one lacks', async () => {
    const server = await startLoopback(succeeded);
    const legacy = aClient(server.endpoint, { apiVersion: '2024-08-02-preview' });
    const older = aClient(server.endpoint, { apiVersion: '2024-10-02-preview' });
    for (const [call, version] of [
      [legacy.startExecution('1'), '2024-10-02-preview'],
      [legacy.getExecution('e'), '2024-10-02-preview'],
      [older.getSession(), '2025-02-02-preview'],
      [legacy.deleteSession(), '2025-02-02-preview'],
      [older.deleteSession(), '2025-02-02-preview'],
      [older.executeShell('ls'), '2025-02-02-preview'],
      [older.getPoolMetadata(), '2025-02-02-preview'],
      [older.listFiles({ recursive: true }), '2025-10-02-preview'],
      [legacy.listFiles({ directory: 'a' }), '2024-10-02-preview'],
      [older.execute('1', { outputStreamsMaxLength: 5 }), '2025-10-02-preview'],
      [aClient(server.endpoint, { apiVersion: '2025-02-02-preview' }).executeShell(['ls']), '2025-10-02-preview'],
      [
        aClient(server.endpoint, { apiVersion: '2025-02-02-preview' }).executeShell('ls', { stdin: '' }),
        '2025-10-02-preview',
      ],
      [
        aClient(server.endpoint, { apiVersion: '2025-02-02-preview' }).executeShell('ls', {
          outputStreamsMaxLength: 5,
        }),
        '2025-10-02-preview',
      ],
    ] as const) {
      const error = await rejectionOf(call);
      expect(error).to.include({ code: 'unsupported' });
      expect(error.message).to.contain(`${version} or later`);
    }
    expect(server.requests).to.have.length(0);
  });

  it('finds in a version without a suffix what its preview has', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: '0', result: { stdout: 'a', stderr: '' } }));
    const client = aClient(server.endpoint, { apiVersion: '2025-10-02' });
    expect(await client.executeShell(['ls'])).to.include({ exitCode: 0 });
    expect(server.requests[0]?.url.searchParams.get('api-version')).to.equal('2025-10-02');
  });

  it('runs shell commands, lines and words', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: '3', result: { stdout: 'a', stderr: '' } }));
    const client = aClient(server.endpoint);
    expect(await client.executeShell('exit 3', { timeoutInSeconds: 5 })).to.include({
      status: 'Failed',
      exitCode: 3,
      stdout: 'a',
    });
    await client.executeShell(['cat', '-'], { stdin: 'x' });
    expect(server.requests.map(({ body }) => JSON.parse(body.toString()))).to.deep.equal([
      { shellCommand: 'exit 3', timeoutInSeconds: 5, outputStreamsMaxLength: 100_000 },
      { execCommandAndArgs: ['cat', '-'], timeoutInSeconds: 100, outputStreamsMaxLength: 100_000, stdin: 'x' },
    ]);
    for (const empty of ['', ' ', []])
      expect(await rejectionOf(client.executeShell(empty))).to.include({ code: 'invalid_request' });
  });

  it('asks for as much of the output of a command as it is told to, where the version knows of it', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: '0', result: { stdout: 'a', stderr: '' } }));
    await aClient(server.endpoint).executeShell('ls', { outputStreamsMaxLength: 5 });
    await aClient(server.endpoint, { apiVersion: '2025-02-02-preview' }).executeShell('ls');
    expect(server.requests.map(({ body }) => JSON.parse(body.toString()))).to.deep.equal([
      { shellCommand: 'ls', timeoutInSeconds: 100, outputStreamsMaxLength: 5 },
      { shellCommand: 'ls', timeoutInSeconds: 100 },
    ]);
    const refused = rejectionOf(aClient(server.endpoint).executeShell('ls', { outputStreamsMaxLength: 0 }));
    expect(await refused).to.include({ code: 'invalid_options' });
  });

  describe('when the pool quotes what it was sent', () => {
    const quoting = (quoted: string) => json(400, { error: { code: 'Bad', message: `bad request near ${quoted}` } });

    for (const [what, code, quoted] of [
      ['a line of the code', 'a\n    key = "hunter2"\nb', 'key = "hunter2"'],
      ['the shortest line that may be', 'a\n12345678\nb', '12345678'],
      ['the code without what surrounds it', '\n\n hunter\n2 \n', 'hunter\n2'],
    ] as const) {
      it(`does not repeat ${what}`, async () => {
        const server = await startLoopback(quoting(quoted));
        const error = await rejectionOf(aClient(server.endpoint).execute(code));
        expect(error.message).to.contain('bad request near [redacted]').and.not.contain(quoted);
      });
    }

    it('repeats no part of a line and no short line, and keeps what the pool says itself', async () => {
      const server = await startLoopback(quoting('salary = lookup("Alice") and pin=7 at the session pool'));
      const error = await rejectionOf(aClient(server.endpoint).execute('x = 1; salary = lookup("Alice")\npin=7'));
      expect(error.message).to.contain('400 Bad: bad request near [redacted] and [redacted] at the session pool.');
    });

    it('repeats nothing that a service of .NET has escaped', async () => {
      const server = await startLoopback(quoting('print(\\u0027TOPSECRET\\u0027) for user%3aalice%40example.com'));
      const client = aClient(server.endpoint, { identifier: 'user:alice@example.com' });
      const error = await rejectionOf(client.execute("print('TOPSECRET')"));
      expect(error.message).to.contain('bad request near [redacted] for [redacted].');
    });

    it('leaves ordinary words alone that are short lines of the code as well', async () => {
      const server = await startLoopback(quoting('the end'));
      const error = await rejectionOf(aClient(server.endpoint).execute('near\nbad\nprint(1 + 1)'));
      expect(error.message).to.contain('bad request near the end');
    });

    it('repeats neither the words of a command nor what it reads', async () => {
      const server = await startLoopback(quoting('--key=hunter2 and hunter3-in-stdin'));
      const running = aClient(server.endpoint).executeShell(['run', '--key=hunter2'], {
        stdin: 'a\nhunter3-in-stdin\n',
      });
      const error = await rejectionOf(running);
      expect(error.message).to.contain('bad request near [redacted] and [redacted]');
      const line = await rejectionOf(aClient(server.endpoint).executeShell('run near --key=hunter2'));
      expect(line.message).to.contain('bad request near [redacted] and hunter3');
      const short = await startLoopback(quoting('12345678 and 1234567'));
      const words = await rejectionOf(aClient(short.endpoint).executeShell('1234567  12345678'));
      expect(words.message).to.contain('bad request near [redacted] and [redacted]');
    });
  });

  it('takes a command without words or input with the version that first had commands', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: '3', result: { stdout: 'a', stderr: '' } }));
    const client = aClient(server.endpoint, { apiVersion: '2025-02-02-preview' });
    expect((await client.executeShell('ls')).stdout).to.equal('a');
  });

  for (const status of ['NotStarted', 'Running']) {
    it(`asks where the service says while the status is ${status}`, async () => {
      const pending = json(202, { status }, { 'operation-location': '/executions/elsewhere' });
      const server = await startLoopback(pending, json(200, { status }), succeeded);
      const connection = connectToPool(
        { poolManagementEndpoint: server.endpoint, authCallback: () => 'a-token', identifier: 'session-1' },
        impatientClock,
      );
      expect((await execute(connection, '6 * 7', {})).value).to.equal(42);
      expect(server.requests.map(({ url }) => url.pathname.replace(PATH, ''))).to.deep.equal([
        '/executions',
        '/executions/elsewhere',
        '/executions/elsewhere',
      ]);
    });
  }

  it('does not look where an execution could be asked for that is over', async () => {
    const server = await startLoopback(
      json(200, { id: 'e1', status: 'Succeeded', result: {} }, { 'operation-location': 'https://elsewhere.example/' }),
    );
    expect((await aClient(server.endpoint).execute('1')).status).to.equal('Succeeded');
  });

  it('rejects an execution that is under way and cannot be asked for', async () => {
    const server = await startLoopback(json(202, { status: 'Running' }));
    const error = await rejectionOf(aClient(server.endpoint).execute('1'));
    expect(error).to.include({ code: 'invalid_response' });
    expect(error.message).to.contain('not how to ask for it');
  });

  it('gives an execution up half a minute after its time, not before', async () => {
    const server = await startLoopback(running());
    const clock = aClock();
    const connection = connectToPool(
      { poolManagementEndpoint: server.endpoint, authCallback: () => 'a-token', identifier: 'session-1' },
      clock,
    );
    let outcome: unknown;
    const settled = rejectionOf(execute(connection, '1', { timeoutInSeconds: 60 })).then((error) => (outcome = error));
    await until(() => server.requests.length === 1 && clock.pending().includes(1_000));
    clock.advance(60_000);
    await until(() => server.requests.length === 2 && clock.pending().includes(1_000));
    expect(outcome).to.equal(undefined);
    clock.advance(30_000);
    expect(await settled).to.include({ code: 'timeout' });
    expect(server.requests.length).to.be.at.most(3);
  });

  it('says of a question that nobody has sent code for only that there is no token', async () => {
    const authCallback = (): never => {
      throw new Error('the broker is down.');
    };
    const server = await startLoopback();
    const error = await rejectionOf(aClient(server.endpoint, { authCallback }).getExecution('e1'));
    expect(error).to.include({ code: 'auth_failed', message: 'The auth callback failed: the broker is down.' });
    expect(server.requests).to.have.length(0);
  });

  it('refuses what is no id of an execution before anything is sent', async () => {
    const server = await startLoopback(succeeded);
    const client = aClient(server.endpoint);
    for (const id of ['', '.', '..', '\ud800', untyped(7), untyped(undefined)]) {
      expect(await rejectionOf(client.getExecution(id))).to.include({ code: 'invalid_request' });
      expect(await rejectionOf(client.waitForExecution(id))).to.include({ code: 'invalid_request' });
    }
    expect(server.requests).to.have.length(0);
  });

  it('asks for an execution of the session of the call, and stops when the caller leaves', async () => {
    const server = await startLoopback(stall);
    const leaving = new AbortController();
    const asked = rejectionOf(
      aClient(server.endpoint).getExecution('e1', { identifier: 'session-2', signal: leaving.signal }),
    );
    await until(() => server.requests.length === 1);
    expect(server.requests[0]?.url.searchParams.get('identifier')).to.equal('session-2');
    const reason = new Error('enough');
    leaving.abort(reason);
    expect(await asked).to.equal(reason);
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('SessionsClient', () => {
  const endpoint = 'https://eastus.dynamicsessions.io/p';

  for (const [what, options, message] of [
    ['a malformed endpoint', { poolManagementEndpoint: 'nonsense' }, /malformed/],
    [
      'an auth callback that is none',
      { poolManagementEndpoint: endpoint, authCallback: untyped('token') },
      /`authCallback` is not a function/,
    ],
    ['a version that is none', { poolManagementEndpoint: endpoint, apiVersion: 'latest' }, /`apiVersion`/],
    [
      'a version with a parameter behind it',
      { poolManagementEndpoint: endpoint, apiVersion: '2025-10-02-preview&identifier=other' },
      /`apiVersion`/,
    ],
    ['a version behind a letter', { poolManagementEndpoint: endpoint, apiVersion: 'v2025-10-02' }, /`apiVersion`/],
    [
      'a version in a list',
      { poolManagementEndpoint: endpoint, apiVersion: untyped(['2025-10-02-preview']) },
      /`apiVersion`/,
    ],
    ['a dead version', { poolManagementEndpoint: endpoint, apiVersion: '2023-08-01-preview' }, /`apiVersion`/],
    [
      'a negative number of retries',
      { poolManagementEndpoint: endpoint, retries: -1 },
      /`retries` is a whole number, 0 or more/,
    ],
    ['no sockets', { poolManagementEndpoint: endpoint, maxSockets: 0 }, /`maxSockets`/],
    ['an infinite limit', { poolManagementEndpoint: endpoint, requestTimeoutMs: Infinity }, /`requestTimeoutMs`/],
    [
      'a limit that is a text',
      { poolManagementEndpoint: endpoint, connectTimeoutMs: untyped('5') },
      /`connectTimeoutMs`/,
    ],
    [
      'a limit longer than any timer',
      { poolManagementEndpoint: endpoint, requestTimeoutMs: 2_147_483_648 },
      /`requestTimeoutMs`/,
    ],
    ['an agent that is none', { poolManagementEndpoint: endpoint, agent: untyped({}) }, /`agent`/],
    ['an agent that is a text', { poolManagementEndpoint: endpoint, agent: untyped('http://proxy') }, /`agent`/],
    ['an agent that is null', { poolManagementEndpoint: endpoint, agent: untyped(null) }, /`agent`/],
    ['a scope that is a number', { poolManagementEndpoint: endpoint, scope: untyped(7) }, /`scope`/],
    ['a blank scope', { poolManagementEndpoint: endpoint, scope: ' ' }, /`scope`/],
    ['a bad session', { poolManagementEndpoint: endpoint, identifier: 'x' }, /session identifier/],
    ['an unknown policy', { poolManagementEndpoint: endpoint, onAbort: untyped('kill') }, /`onAbort`/],
  ] as const) {
    it(`refuses ${what}, naming it`, () => {
      expect(() => new SessionsClient(options))
        .to.throw(message)
        .with.property('code', 'invalid_options');
    });
  }

  for (const [what, options] of [
    ['a version without a suffix', { apiVersion: '2025-10-02' }],
    ['an agent of Node', { agent: new Agent() }],
    ['the longest limit of a timer', { requestTimeoutMs: 2_147_483_647 }],
    ['the policy that is the default', { onAbort: 'leave-running' }],
  ] as const) {
    it(`takes ${what}`, () => {
      expect(() => new SessionsClient({ poolManagementEndpoint: endpoint, ...options })).not.to.throw();
    });
  }

  it('shares one identity of this machine among all that are given no callback', () => {
    const pool = readEndpoint(endpoint);
    expect(defaultAuth(pool, {})).to.be.a('function').that.equals(defaultAuth(pool, {}));
    const own = readEndpoint('http://localhost:1/pool');
    expect(defaultAuth(own, {})).to.be.a('function').that.equals(defaultAuth(own, {}));
  });

  describe('in an environment', () => {
    const names = [
      'ACA_POOL_MANAGEMENT_ENDPOINT',
      'AZURE_POOL_MANAGEMENT_ENDPOINT',
      'ACA_TOKEN_ENDPOINT',
      'DYNAMIC_SESSIONS_EMULATOR_TOKEN',
    ] as const;
    const before = names.map((name) => [name, process.env[name]] as const);
    beforeEach(() => {
      for (const name of names) delete process.env[name];
    });
    afterEach(async () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await stopLoopbacks();
    });

    it('says what to set when nothing names the pool', () => {
      expect(() => new SessionsClient())
        .to.throw(/ACA_POOL_MANAGEMENT_ENDPOINT/)
        .with.property('code', 'invalid_options');
    });

    it('needs nothing but the environment of the emulator', async () => {
      const server = await startLoopback(succeeded);
      process.env['AZURE_POOL_MANAGEMENT_ENDPOINT'] = server.endpoint;
      process.env['DYNAMIC_SESSIONS_EMULATOR_TOKEN'] = 'emulator-token';
      await new SessionsClient({ identifier: 'session-1' }).execute('1');
      expect(server.requests[0]?.headers.authorization).to.equal('Bearer emulator-token');
    });

    it('shares the tokens of one callback among clients, and never those of two', async () => {
      const server = await startLoopback(succeeded);
      const asked: string[] = [];
      const forUser =
        (user: string) =>
        ({ scope }: { scope: string }) => {
          asked.push(`${user} ${scope}`);
          return { token: `${user}-${asked.length}`, expiresOnTimestamp: Date.now() + 3_600_000 };
        };
      const [ada, bob] = [forUser('ada'), forUser('bob')];
      for (const authCallback of [ada, bob, ada, bob]) await aClient(server.endpoint, { authCallback }).execute('1');
      await aClient(server.endpoint, { authCallback: ada, scope: 'api://mine/.default' }).execute('1');
      expect(server.requests.map(({ headers }) => headers.authorization?.replace('Bearer ', ''))).to.deep.equal([
        'ada-1',
        'bob-2',
        'ada-1',
        'bob-2',
        'ada-3',
      ]);
      expect(asked.at(-1)).to.equal('ada api://mine/.default');
    });

    it('asks for the scope of the environment, completed if need be', async () => {
      const server = await startLoopback(succeeded);
      const scopes: string[] = [];
      const authCallback = ({ scope }: { scope: string }): string => `token-${scopes.push(scope)}`;
      await aClient(server.endpoint, { authCallback }).execute('1');
      process.env['ACA_TOKEN_ENDPOINT'] = 'https://acasessions.io';
      await aClient(server.endpoint, { authCallback }).execute('1');
      await aClient(server.endpoint, { authCallback, scope: 'api://mine/.default' }).execute('1');
      await aClient(server.endpoint, { authCallback, scope: ' https://pool.example/ ' }).execute('1');
      await aClient(server.endpoint, { authCallback, scope: 'openid https://pool.example' }).execute('1');
      expect(scopes).to.deep.equal([
        'https://dynamicsessions.io/.default',
        'https://acasessions.io/.default',
        'api://mine/.default',
        'https://pool.example/.default',
        'openid https://pool.example',
      ]);
    });
  });
});
