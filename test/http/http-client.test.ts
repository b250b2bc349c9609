import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import axios from 'axios';
import { expect } from 'chai';
import type { AuthCallback } from '../../src/auth/auth-callback.js';
import { sharedTokenCache } from '../../src/auth/token-cache.js';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/http/http-client.js';
import type { HttpBody, HttpRequest } from '../../src/http/http-request.js';
import { aClock, type HandMovedClock } from '../helpers/a-clock.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import {
  cutOff,
  hangUp,
  json,
  type Loopback,
  stall,
  startLoopback,
  stopLoopbacks,
  text,
} from '../helpers/start-loopback.js';
import { until } from '../helpers/until.js';

const SCOPE = 'https://dynamicsessions.io/.default';
const ok = json(200, { fine: true });

interface Setup extends Partial<Omit<HttpClientOptions, 'tokens'>> {
  authCallback?: AuthCallback;
}

function aClient(
  server: Pick<Loopback, 'origin'>,
  { authCallback = () => 'a-token', ...options }: Setup = {},
): HttpClient {
  return createHttpClient({
    origin: server.origin,
    tokens: sharedTokenCache(authCallback),
    scope: SCOPE,
    retries: 3,
    connectTimeoutMs: 10_000,
    maxSockets: 128,
    random: () => 0,
    ...options,
  });
}

function aRead(server: Pick<Loopback, 'origin'>, changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    operation: 'Reading',
    method: 'GET',
    url: new URL('/things?identifier=secret-session', server.origin),
    replay: 'idempotent',
    timeoutMs: 60_000,
    secrets: ['secret-session'],
    ...changes,
  };
}

function anExecution(server: Pick<Loopback, 'origin'>, changes: Partial<HttpRequest> = {}): HttpRequest {
  const body: HttpBody = { type: 'text', contentType: 'application/json', text: '{"code":"1"}' };
  return aRead(server, { operation: 'Running the code', method: 'POST', replay: 'execute', body, ...changes });
}

/** Moves the clock whenever a retry waits, until the promise settles. */
async function movingOn<Value>(clock: HandMovedClock, promise: Promise<Value>): Promise<Value> {
  const state = { done: false };
  const settled = promise.finally(() => (state.done = true));
  settled.catch(() => undefined);
  while (!state.done) {
    const pauses = clock.pending().filter((left) => left <= 30_000 && left !== 10_000);
    if (pauses[0] !== undefined) clock.advance(pauses[0]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return settled;
}

describe('createHttpClient', () => {
  afterEach(stopLoopbacks);

  it('sends the token as a bearer and gives the answer', async () => {
    const server = await startLoopback(ok);
    const answer = await aClient(server).send(aRead(server));
    expect(answer).to.include({ status: 200, text: '{"fine":true}' });
    expect(answer.header('Content-Type')).to.equal('application/json; charset=utf-8');
    expect(server.requests[0]?.headers).to.include({ authorization: 'Bearer a-token', accept: 'application/json' });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(server.requests[0]?.headers['user-agent']).to.equal(
      `dynamic-sessions-kernel/${version} (Language=TypeScript)`,
    );
  });

  it('refuses to send a bearer over plain http to another machine', () => {
    for (const origin of [
      'http://example.org',
      'http://127.0.0.1.example.org',
      'http://localhost.example.org',
      'http://10.0.0.1',
    ]) {
      expect(() => aClient({ origin }))
        .to.throw(/over https only/)
        .with.property('code', 'invalid_options');
    }
  });

  it('sends nothing outside its origin', async () => {
    const [server, other] = [await startLoopback(ok), await startLoopback(ok)];
    const error = await rejectionOf(aClient(server).send(aRead(other)));
    expect(error).to.include({ code: 'invalid_response' });
    expect(other.requests).to.have.length(0);
  });

  it('does not follow a redirect', async () => {
    const other = await startLoopback(ok);
    const server = await startLoopback(text(302, '', { location: `${other.origin}/elsewhere` }));
    const error = await rejectionOf(aClient(server).send(aRead(server)));
    expect(error).to.include({ code: 'invalid_response', status: 302 });
    expect(other.requests).to.have.length(0);
  });

  it('takes 300 for a refusal, too', async () => {
    const server = await startLoopback(text(300, ''));
    const error = await rejectionOf(aClient(server).send(aRead(server)));
    expect(error).to.include({ code: 'invalid_response', status: 300 });
  });

  it('keeps loopback requests from the proxy of the environment', async () => {
    const [server, proxy] = [await startLoopback(ok), await startLoopback(ok)];
    const before = { http: process.env['http_proxy'], HTTP: process.env['HTTP_PROXY'] };
    process.env['http_proxy'] = process.env['HTTP_PROXY'] = proxy.origin;
    try {
      await aClient(server).send(aRead(server));
    } finally {
      for (const [name, value] of [
        ['http_proxy', before.http],
        ['HTTP_PROXY', before.HTTP],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect([server.requests.length, proxy.requests.length]).to.deep.equal([1, 0]);
  });

  it('takes nothing of what the application has set for the requests it makes itself', async () => {
    const server = await startLoopback(json(503, {}));
    const { common } = axios.defaults.headers;
    const { auth, params, timeout, validateStatus } = axios.defaults;
    try {
      common['x-application'] = 'secret';
      const auth = { username: 'somebody', password: 'else' };
      Object.assign(axios.defaults, {
        auth,
        params: { of: 'the-application' },
        timeout: 1,
        validateStatus: () => true,
      });
      const client = aClient(server, { retries: 0 });
      expect(await rejectionOf(client.send(aRead(server)))).to.include({ code: 'service_error' });
    } finally {
      delete common['x-application'];
      Object.assign(axios.defaults, { auth, params, timeout, validateStatus });
    }
    const [request] = server.requests;
    expect(request?.url.search).to.equal('?identifier=secret-session');
    expect(request?.headers).to.include({ authorization: 'Bearer a-token' });
    expect(request?.headers).not.to.have.property('x-application');
  });

  it('uses one connection again and again, and no more than it may at once', async () => {
    const server = await startLoopback(ok);
    const one = aClient(server);
    await one.send(aRead(server));
    await one.send(aRead(server));
    expect(server.connections()).to.equal(1);
    const two = aClient(server, { maxSockets: 2 });
    await Promise.all(Array.from({ length: 10 }, () => two.send(aRead(server))));
    expect(server.connections()).to.equal(3);
    expect(server.requests).to.have.length(12);
  });

  it('connects through the agent that it is given, and leaves proxies to it', async () => {
    const server = await startLoopback(ok);
    const proxy = await startLoopback(text(500, 'this is the proxy'));
    const asked: unknown[] = [];
    class OwnAgent extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
        asked.push(Reflect.get(args[0], 'port'));
        return super.createConnection(...args);
      }
    }
    const agent = new OwnAgent({ keepAlive: true });
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = proxy.origin;
    try {
      const client = aClient(server, { agent, maxSockets: 1 });
      await Promise.all([client.send(aRead(server)), client.send(aRead(server))]);
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
      agent.destroy();
    }
    expect(asked.map(String)).to.deep.equal([new URL(server.origin).port]);
    expect(server.requests).to.have.length(2);
  });

  it('gives a connection back when an answer in pieces was read, left or refused', async () => {
    const server = await startLoopback(ok, ok, text(404, 'none'), ok);
    const client = aClient(server, { maxSockets: 1, retries: 0 });
    for await (const _piece of (await client.open(aRead(server))).body);
    for await (const _piece of (await client.open(aRead(server))).body) break;
    await rejectionOf(client.open(aRead(server)));
    expect((await client.send(aRead(server))).status).to.equal(200);
  });

  describe('when an attempt fails', () => {
    it('reads again after 503, a broken connection and a cut answer', async () => {
      const clock = aClock();
      const server = await startLoopback(json(503, {}), hangUp, cutOff('{"fine":'), ok);
      const answer = await movingOn(clock, aClient(server, { clock }).send(aRead(server)));
      expect(answer.text).to.equal('{"fine":true}');
      expect(server.requests).to.have.length(4);
      expect(clock.pending(), 'every timer is released').to.deep.equal([]);
    });

    it('lets go of a refusal that it has not read before it waits', async () => {
      const clock = aClock();
      let closed = (): void => undefined;
      const isClosed = new Promise<void>((resolve) => (closed = resolve));
      const server = await startLoopback((_request, response) => {
        response.once('close', closed).writeHead(503);
        response.write('the beginning of a page');
      }, ok);
      const answer = aClient(server, { clock, maxSockets: 1 }).open(aRead(server));
      await isClosed;
      expect(server.requests).to.have.length(1);
      expect((await movingOn(clock, answer)).status).to.equal(200);
    });

    it('gives up after the retries it has', async () => {
      const clock = aClock();
      const server = await startLoopback(json(503, { error: { code: 'Busy', message: 'later' } }));
      const error = await movingOn(clock, rejectionOf(aClient(server, { clock, retries: 2 }).send(aRead(server))));
      expect(error).to.include({ code: 'service_error', status: 503, serviceCode: 'Busy' });
      expect(server.requests).to.have.length(3);
    });

    it('waits as long as the service asks', async () => {
      const clock = aClock();
      const server = await startLoopback(json(429, {}, { 'retry-after': '7' }), ok);
      const answer = aClient(server, { clock }).send(anExecution(server));
      await clock.untilScheduled(7_000);
      while (!clock.pending().includes(7_000)) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(6_999);
      expect(server.requests).to.have.length(1);
      clock.advance(1);
      expect((await answer).status).to.equal(200);
    });

    it('waits for a full pool as long as it may, and no longer', async () => {
      const clock = aClock();
      const full = json(429, {}, { 'retry-after': '10' });
      const server = await startLoopback(full, full, full, full, full, ok);
      const patient = aClient(server, { clock, retries: 1, waitForCapacityMs: 60_000 });
      const answer = patient.send(anExecution(server));
      for (let count = 1; count <= 5; count += 1) {
        while (server.requests.length < count || !clock.pending().includes(10_000))
          await new Promise((resolve) => setImmediate(resolve));
        clock.advance(10_000);
      }
      expect((await answer).status).to.equal(200);
      const other = await startLoopback(full);
      const hasty = rejectionOf(
        aClient(other, { clock, retries: 0, waitForCapacityMs: 15_000 }).send(anExecution(other)),
      );
      while (other.requests.length < 1 || !clock.pending().includes(10_000))
        await new Promise((resolve) => setImmediate(resolve));
      clock.advance(10_000);
      expect(await hasty).to.include({ code: 'pool_full' });
      expect(other.requests).to.have.length(2);
    });

    for (const [what, answer] of [
      ['a broken connection', hangUp],
      ['a cut answer', cutOff('{"fine":')],
      ['500', json(500, {})],
      ['503', json(503, {})],
      ['408', json(408, {})],
    ] as const) {
      it(`sends an execution once in spite of ${what}`, async () => {
        const server = await startLoopback(answer, ok);
        await rejectionOf(aClient(server).send(anExecution(server)));
        expect(server.requests).to.have.length(1);
      });
    }

    it('says of an execution whose answer was lost that it may have run', async () => {
      const server = await startLoopback(cutOff('{"fine":'));
      const error = await rejectionOf(aClient(server).send(anExecution(server)));
      expect(error).to.include({
        code: 'network',
        message:
          'Running the code failed: the connection broke before the answer was complete (ECONNRESET). The code may have run: see what it did before you send it again.',
      });
    });

    it('tries an execution again that found nobody listening', async () => {
      const clock = aClock();
      const free = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => free.once('listening', resolve));
      const origin = `http://127.0.0.1:${(free.address() as AddressInfo).port}`;
      await new Promise((resolve) => free.close(resolve));
      let tokens = 0;
      const client = aClient({ origin }, { clock, authCallback: () => `t${(tokens += 1)}` });
      const error = await movingOn(clock, rejectionOf(client.send(anExecution({ origin }))));
      expect(error).to.include({ code: 'network' });
      expect(error.message).to.match(
        /^Running the code failed: 127\.0\.0\.1:\d+ could not be reached \(ECONNREFUSED\)\. Check/,
      );
      expect(clock.now()).to.equal(Date.UTC(2026, 0, 1) + 250 + 500 + 1_000);
    });
  });

  describe('deadlines', () => {
    it('ends an attempt that gets no answer in time, and does not read again', async () => {
      const clock = aClock();
      const server = await startLoopback(stall);
      const answer = rejectionOf(aClient(server, { clock }).send(aRead(server, { timeoutMs: 45_000 })));
      await clock.untilScheduled(45_000);
      while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(45_000);
      expect(await answer).to.include({
        code: 'timeout',
        message: 'Reading got no complete answer within 45 s. Try again.',
      });
      expect(server.requests).to.have.length(1);
      expect(clock.pending()).to.deep.equal([]);
    });

    it('ends a connection that does not come about, and sends nothing through it', async () => {
      const clock = aClock();
      const silent = createServer();
      silent.listen(0, '127.0.0.1');
      const accepted = new Set<Socket>();
      silent.on('connection', (socket) => accepted.add(socket.on('error', () => undefined)));
      await new Promise((resolve) => silent.once('listening', resolve));
      const origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const answer = rejectionOf(aClient({ origin }, { clock, retries: 1 }).send(anExecution({ origin })));
      for (const pause of [10_000, 250, 10_000]) {
        while (!clock.pending().includes(pause)) await new Promise((resolve) => setImmediate(resolve));
        clock.advance(pause);
      }
      const error = await answer;
      expect(error).to.include({ code: 'timeout' });
      expect(error.message).to.match(/took no connection in time.*`connectTimeoutMs`/);
      expect(accepted.size, 'nothing was sent, so it is tried again').to.equal(2);
      expect(clock.pending()).to.deep.equal([]);
      for (const socket of accepted) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });

    it('does not count the time that a request waits for a socket', async () => {
      const clock = aClock();
      let release = (): void => undefined;
      const server = await startLoopback((request, response) => {
        release = () => void ok(request, response);
      }, ok);
      const client = aClient(server, { clock, maxSockets: 1 });
      const first = client.send(aRead(server, { timeoutMs: 50_000 }));
      const second = client.send(aRead(server, { timeoutMs: 45_000 }));
      while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(46_000);
      release();
      expect([(await first).status, (await second).status]).to.deep.equal([200, 200]);
    });

    it('rejects with the very reason of the caller, at once, and sends no more', async () => {
      const server = await startLoopback(stall);
      const leaving = new AbortController();
      const reason = new Error('enough');
      const answer = rejectionOf(aClient(server).send(aRead(server, { signal: leaving.signal })));
      while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
      leaving.abort(reason);
      expect(await answer).to.equal(reason);
      expect(await rejectionOf(aClient(server).send(aRead(server, { signal: leaving.signal })))).to.equal(reason);
      expect(server.requests).to.have.length(1);
    });

    it('rejects with the reason of a caller who leaves between two attempts', async () => {
      const clock = aClock();
      const server = await startLoopback(json(429, {}, { 'retry-after': '7' }), ok);
      const leaving = new AbortController();
      const answer = rejectionOf(aClient(server, { clock }).send(aRead(server, { signal: leaving.signal })));
      while (!clock.pending().includes(7_000)) await new Promise((resolve) => setImmediate(resolve));
      leaving.abort('a word');
      await answer.then(
        () => expect.fail('a word is no error'),
        (error: Error) => expect(error.message).to.contain('a word'),
      );
      expect(server.requests).to.have.length(1);
      expect(clock.pending()).to.deep.equal([]);
    });

    it('moves the deadline of a stream with every piece, and ends one that stalls', async () => {
      const clock = aClock();
      const server = await startLoopback((_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('first piece');
      });
      const answer = await aClient(server, { clock }).open(aRead(server, { timeoutMs: 45_000 }));
      const pieces = answer.body[Symbol.asyncIterator]();
      expect(Buffer.from((await pieces.next()).value ?? []).toString()).to.equal('first piece');
      const next = rejectionOf(pieces.next());
      clock.advance(44_999);
      expect(clock.pending()).to.deep.equal([1]);
      clock.advance(1);
      expect(await next).to.include({ code: 'timeout' });
      expect(clock.pending()).to.deep.equal([]);
    });

    it('lets whoever reads a stream take their time for a piece', async () => {
      const clock = aClock();
      let sendTheRest = (): void => undefined;
      const server = await startLoopback((_request, response) => {
        response.writeHead(200, { 'content-length': '6' }).write('one');
        sendTheRest = () => void response.end('two');
      });
      const answer = await aClient(server, { clock }).open(aRead(server, { timeoutMs: 45_000 }));
      const read: string[] = [];
      for await (const piece of answer.body) {
        read.push(Buffer.from(piece).toString());
        clock.advance(3_600_000);
        sendTheRest();
      }
      expect(read).to.deep.equal(['one', 'two']);
      expect(clock.pending()).to.deep.equal([]);
    });

    for (const status of [401, 500]) {
      it(`rejects with the reason of a caller who leaves while the rest of a ${status} is awaited`, async () => {
        const leaving = new AbortController();
        const reason = new Error('enough');
        const clock = aClock();
        const server = await startLoopback((_request, response) => {
          response.writeHead(status).write('{"error":');
        });
        const request = aRead(server, { signal: leaving.signal });
        const failure = rejectionOf(aClient(server, { clock, retries: 0 }).open(request));
        await until(() => clock.pending().join() === '10000');
        leaving.abort(reason);
        expect(await failure).to.equal(reason);
        expect(clock.pending()).to.deep.equal([]);
        expect(server.requests).to.have.length(1);
      });
    }

    it('rejects a stream with the reason of the caller, and releases the timer when it is left', async () => {
      const clock = aClock();
      const server = await startLoopback((_request, response) => {
        response.writeHead(200);
        response.write('first piece');
      });
      const leaving = new AbortController();
      const answer = await aClient(server, { clock }).open(aRead(server, { signal: leaving.signal }));
      const reading = rejectionOf(
        (async () => {
          for await (const _piece of answer.body) leaving.abort(new Error('enough'));
        })(),
      );
      expect((await reading).message).to.equal('enough');
      const other = await aClient(server, { clock }).open(aRead(server));
      for await (const _piece of other.body) break;
      expect(clock.pending()).to.deep.equal([]);
    });
  });

  describe('when the token is rejected', () => {
    const rejected = (challenge = 'Bearer') =>
      json(401, { error: { code: 'Unauthorized' } }, { 'www-authenticate': challenge });

    it('gets a fresh one once, forced, and sends the request again, executions too', async () => {
      const server = await startLoopback(rejected(), ok);
      const forced: boolean[] = [];
      const authCallback: AuthCallback = ({ forceRefresh }) => `token-${forced.push(forceRefresh)}`;
      const answer = await aClient(server, { authCallback }).send(anExecution(server));
      expect(answer.status).to.equal(200);
      expect(forced).to.deep.equal([false, true]);
      expect(server.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
        'Bearer token-1',
        'Bearer token-2',
      ]);
    });

    it('passes the claims of the challenge on, and keeps to them', async () => {
      const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
      const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
      const server = await startLoopback(rejected(challenge), ok);
      const asked: unknown[] = [];
      const authCallback: AuthCallback = (context) => {
        asked.push([context.forceRefresh, context.claims]);
        return { token: `token-${asked.length}`, expiresOnTimestamp: Date.now() + 3_600_000 };
      };
      const client = aClient(server, { authCallback });
      await client.send(aRead(server));
      await client.send(aRead(server));
      expect(asked).to.deep.equal([
        [false, undefined],
        [true, claims],
      ]);
    });

    describe('because the request has waited', () => {
      const full = json(429, {}, { 'retry-after': '30' });
      const counting = (): AuthCallback => {
        let count = 0;
        return () => `token-${(count += 1)}`;
      };
      const tokensSent = ({ requests }: Loopback): unknown[] => requests.map(({ headers }) => headers.authorization);

      it('sends one that is valid now when a full pool has room', async () => {
        const clock = aClock();
        const server = await startLoopback(full, full, full, full, ok);
        const client = aClient(server, { clock, waitForCapacityMs: 600_000, authCallback: counting() });
        expect((await movingOn(clock, client.send(anExecution(server)))).status).to.equal(200);
        const [first, second] = ['Bearer token-1', 'Bearer token-2'];
        expect(tokensSent(server)).to.deep.equal([first, first, first, second, second]);
      });

      it('sends one that is valid now when it gets a connection', async () => {
        const clock = aClock();
        let answerFirst = (): void => undefined;
        const server = await startLoopback((request, response) => void (answerFirst = () => ok(request, response)), ok);
        const client = aClient(server, { clock, maxSockets: 1, authCallback: counting() });
        const first = client.send(anExecution(server, { timeoutMs: 1e9 }));
        await until(() => server.requests.length === 1);
        const second = client.send(anExecution(server));
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(7_200_000);
        answerFirst();
        await Promise.all([first, second]);
        expect(tokensSent(server)).to.deep.equal(['Bearer token-1', 'Bearer token-3']);
      });

      it('tells why there is none, and gives the connection back', async () => {
        const clock = aClock();
        let count = 0;
        const authCallback = (): string => {
          count += 1;
          if (count === 2) throw new Error('nobody is signed in');
          return `token-${count}`;
        };
        const server = await startLoopback(full, full, full, ok);
        const client = aClient(server, { clock, maxSockets: 1, waitForCapacityMs: 600_000, authCallback });
        const error = await rejectionOf(movingOn(clock, client.send(anExecution(server))));
        expect(error).to.include({ code: 'auth_failed' });
        expect(server.requests).to.have.length(3);
        expect((await client.send(anExecution(server))).status).to.equal(200);
      });
    });

    it('explains what is wrong when the fresh token is rejected too', async () => {
      const server = await startLoopback(rejected());
      let calls = 0;
      const authCallback = (): string => makeJwt({ aud: 'https://management.azure.com', jti: (calls += 1) });
      const error = await rejectionOf(aClient(server, { authCallback }).send(anExecution(server)));
      expect(error).to.include({ code: 'unauthorized', status: 401, serviceCode: 'Unauthorized', fatal: true });
      expect(error.message).to.contain(
        "The token's audience is https://management.azure.com; expected is https://dynamicsessions.io",
      );
      expect(server.requests).to.have.length(2);
    });

    it('does not send the same token again', async () => {
      const server = await startLoopback(rejected());
      const token = makeJwt({ aud: 'https://dynamicsessions.io', exp: Math.floor(Date.now() / 1000) + 3600 });
      const error = await rejectionOf(aClient(server, { authCallback: () => token }).send(aRead(server)));
      expect(error).to.include({ code: 'unauthorized' });
      expect(error.message)
        .to.contain('gave the same token again')
        .and.contain('msalAuth(new ManagedIdentityApplication())');
      expect(server.requests).to.have.length(1);
    });

    it('tells of the token of an emulator, and of no identity, when a pool on this machine rejects another', async () => {
      const server = await startLoopback(rejected());
      const error = await rejectionOf(aClient(server).send(aRead(server)));
      expect(error).to.include({ code: 'unauthorized' });
      expect(error.message)
        .to.contain('set DYNAMIC_SESSIONS_EMULATOR_TOKEN')
        .and.not.match(/audience|Identity/);
    });

    it('refreshes once for all whose requests were rejected at the same time', async () => {
      const server = await startLoopback((request, response) =>
        (request.headers.authorization === 'Bearer token-1' ? rejected() : ok)(request, response),
      );
      let calls = 0;
      const authCallback = async (): Promise<{ token: string; expiresOnTimestamp: number }> => {
        calls += 1;
        const token = `token-${calls}`;
        await new Promise((resolve) => setImmediate(resolve));
        return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
      };
      const client = aClient(server, { authCallback });
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.send(aRead(server))));
      expect(answers.every(({ status }) => status === 200)).to.equal(true);
      expect(calls).to.equal(2);
    });

    it('tells the failure of the refresh', async () => {
      const server = await startLoopback(rejected());
      const authCallback: AuthCallback = ({ forceRefresh }) => {
        if (forceRefresh) throw new Error('the broker is down');
        return 'old';
      };
      const error = await rejectionOf(aClient(server, { authCallback }).send(aRead(server)));
      expect(error).to.include({ code: 'auth_failed', message: 'The auth callback failed: the broker is down' });
    });
  });

  describe('uploads', () => {
    function aBody(
      replayable: boolean,
      pieces: () => Iterable<unknown> | AsyncIterable<unknown>,
    ): HttpBody & { opened: number } {
      const body = {
        type: 'stream' as const,
        contentType: 'text/plain',
        replayable,
        opened: 0,
        open: () => {
          body.opened += 1;
          return Readable.from(pieces(), { objectMode: false });
        },
      };
      return body;
    }

    it('opens a source anew for each attempt', async () => {
      const clock = aClock();
      const server = await startLoopback(json(503, {}), ok);
      const body = aBody(true, () => ['one ', 'two']);
      await movingOn(clock, aClient(server, { clock }).send(aRead(server, { method: 'POST', replay: 'upload', body })));
      expect(server.requests.map((request) => request.body.toString())).to.deep.equal(['one two', 'one two']);
      expect(body.opened).to.equal(2);
    });

    for (const [what, answer] of [
      ['503', json(503, {})],
      ['401', json(401, {})],
    ] as const) {
      it(`sends a source that can be read once only once, in spite of ${what}`, async () => {
        const server = await startLoopback(answer, ok);
        const body = aBody(false, () => ['one']);
        let calls = 0;
        await rejectionOf(
          aClient(server, { authCallback: () => `token-${(calls += 1)}` }).send(
            aRead(server, { method: 'POST', replay: 'upload', body }),
          ),
        );
        expect([server.requests.length, body.opened]).to.deep.equal([1, 1]);
      });
    }

    it('tells the failure of the source, and does not try again', async () => {
      const server = await startLoopback(ok);
      const body = aBody(true, async function* () {
        yield 'one';
        throw Object.assign(new Error('the disk is gone'), { code: 'ECONNRESET' });
      });
      const error = await rejectionOf(aClient(server).send(aRead(server, { method: 'POST', replay: 'upload', body })));
      expect(error).to.include({
        code: 'invalid_request',
        message: 'Reading stopped: its source failed: the disk is gone',
      });
      expect(body.opened).to.equal(1);
    });
  });
});
