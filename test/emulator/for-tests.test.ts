import { expect } from 'chai';
import { type FailureRule, SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { rawSocket } from '../helpers/raw-socket.js';

/** The last time that the service's form of times can say. */
const END = '9999-12-31T23:59:59.9990000Z';

describe("the emulator in other people's tests", () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  let runs: string[];
  before(async () => {
    emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (code) => {
        runs.push(code);
        return { value: code };
      },
    });
    pool = requestsTo(emulator);
  });
  after(() => emulator.stop());
  beforeEach(() => {
    runs = [];
  });
  afterEach(() => emulator.reset());

  describe('failNext', () => {
    it('answers with the body of the rule: JSON, text, nothing, or an error envelope if none is given', async () => {
      for (const [body, type, expected] of [
        [{ title: 'problem', errors: {} }, 'application/json; charset=utf-8', '{"title":"problem","errors":{}}'],
        ['<html>no</html>', 'text/plain; charset=utf-8', '<html>no</html>'],
        ['', 'text/plain; charset=utf-8', ''],
        [null, 'application/json; charset=utf-8', 'null'],
      ] as const) {
        emulator.failNext({ status: 500, body });
        const answer = await pool.call('GET', 'files');
        expect([answer.status, answer.headers.get('content-type'), answer.text]).to.deep.equal([500, type, expected]);
      }
      emulator.failNext({ status: 500 });
      expect((await pool.call('GET', 'files')).json).to.have.nested.property('error.code', 'EmulatedFailure');
    });

    it('lets the headers of the rule win, with a status and on the real answer', async () => {
      emulator.failNext({ status: 503, headers: { 'content-type': 'text/html', 'retry-after': '7' } });
      const failed = await pool.call('GET', 'files');
      expect([failed.headers.get('content-type'), failed.headers.get('retry-after')]).to.deep.equal(['text/html', '7']);
      emulator.failNext({ headers: { 'api-supported-versions': '2031-01-01' } });
      const real = await pool.call('GET', 'files');
      expect([real.status, real.headers.get('api-supported-versions')]).to.deep.equal([200, '2031-01-01']);
    });

    it('sends one header of a name, in whatever case of letters the rule has it', async () => {
      for (const [rule, path] of [
        [{ status: 503, body: 'no' }, 'files'],
        [{ status: 503, body: {} }, 'files'],
        [{}, 'files'],
        [{}, 'files/a.txt/content'],
      ] as const) {
        await pool.upload('a.txt', 'x');
        emulator.failNext({ ...rule, headers: { 'Content-Type': 'text/html', 'X-Emulator': 'b', 'x-emulator': 'c' } });
        const { headers } = await pool.call('GET', path);
        expect([headers.get('content-type'), headers.get('x-emulator')]).to.deep.equal(['text/html', 'c']);
      }
    });

    it('never carries out an operation with a status or a reset before it, and once with a reset after it', async () => {
      const run = (code: string): Promise<unknown> =>
        pool.call('POST', 'executions', { body: JSON.stringify({ code }) }).catch(() => 'broken');
      emulator.failNext({ operation: 'execute', status: 503 });
      await run('status');
      emulator.failNext({ operation: 'execute', reset: 'before' });
      expect(await run('before')).to.equal('broken');
      expect(runs).to.deep.equal([]);
      emulator.failNext({ operation: 'execute', reset: 'after' });
      expect(await run('after')).to.equal('broken');
      expect(runs).to.deep.equal(['after']);
    });

    for (const [truncateAt, expected] of [
      [0, [200, 0, 'broken']],
      [1, [200, 1, 'broken']],
      [14, [200, 14, 'broken']],
      [15, [200, 15, 'complete']],
    ] as const) {
      it(`breaks off after ${truncateAt} bytes of an answer of 15`, async () => {
        emulator.failNext({ truncateAt });
        const headers = { authorization: `Bearer ${emulator.token}` };
        const url = `${emulator.poolManagementEndpoint}/listSessions?api-version=2025-10-02-preview`;
        const { status, body } = await fetch(url, { headers });
        const reader = body?.getReader();
        let received = 0;
        let end = 'complete';
        try {
          for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
            received += piece.value.length;
          }
        } catch {
          end = 'broken';
        }
        expect([status, received, end]).to.deep.equal(expected);
      });
    }

    it('uses rules in the order given, each for its own operation, until they are used up', async () => {
      emulator.failNext({ operation: 'listFiles', status: 500, times: 2 });
      emulator.failNext({ status: 418 });
      emulator.failNext({ operation: 'listFiles', status: 502 });
      const statuses = [];
      for (const path of ['metadata', 'files', 'files', 'files', 'files'])
        statuses.push((await pool.call('GET', path)).status);
      expect(statuses).to.deep.equal([418, 500, 500, 502, 200]);
    });

    for (const [operation, method, path] of [
      ['execute', 'POST', 'executions'],
      ['getExecution', 'GET', 'executions/x'],
      ['listFiles', 'GET', 'files'],
      ['uploadFile', 'POST', 'files'],
      ['getFile', 'GET', 'files/x'],
      ['downloadFile', 'GET', 'files/x/content'],
      ['deleteFile', 'DELETE', 'files/x'],
      ['getSession', 'GET', 'session'],
      ['deleteSession', 'DELETE', 'session'],
      ['listSessions', 'GET', 'listSessions'],
      ['stopSession', 'POST', '.management/stopSession'],
      ['getPoolMetadata', 'GET', 'metadata'],
    ] as const) {
      it(`knows ${method} ${path} as ${operation}`, async () => {
        emulator.failNext({ operation, status: 418 });
        expect((await pool.call(method, path)).status).to.equal(418);
      });
    }

    it('is not used up by a request that did not get past the gate', async () => {
      emulator.failNext({ status: 418 });
      expect((await pool.call('GET', 'files', { token: 'wrong' })).status).to.equal(401);
      expect((await pool.call('GET', 'files')).status).to.equal(418);
    });

    it('keeps what it was given, whatever becomes of the object', async () => {
      const rule: { -readonly [Name in keyof FailureRule]: FailureRule[Name] } = { status: 418 };
      emulator.failNext(rule);
      rule.status = 500;
      expect((await pool.call('GET', 'files')).status).to.equal(418);
      const headers = { 'retry-after': '1' };
      emulator.failNext({ status: 418, headers });
      headers['retry-after'] = '2';
      expect((await pool.call('GET', 'files')).headers.get('retry-after')).to.equal('1');
    });

    for (const rule of [
      { status: 503, reset: 'after' },
      { latencyMs: -1 },
      { latencyMs: 1.5 },
      { latencyMs: 3_600_001 },
      { truncateAt: -1 },
      { status: 500, times: 0 },
      { reset: 'during' },
      { status: 600 },
      { headers: { x: 'a\nb' } },
      { headers: { x: 'a\u0100b' } },
      { headers: { 'a b': 'c' } },
      { headers: { '': 'c' } },
      { headers: { x: 7 } },
      { headers: { 'Content-Length': '5' } },
      { headers: { 'transfer-encoding': 'chunked' } },
      { headers: { Trailer: 'x' } },
      { headers: ['x'] },
      { headers: 'x: y' },
      { headers: null },
    ] as unknown as FailureRule[]) {
      it(`refuses ${JSON.stringify(rule)}`, () => {
        expect(() => emulator.failNext(rule))
          .to.throw(/^A failNext rule (has|applies) /)
          .with.property('code', 'invalid_options');
      });
    }

    it('refuses a body that is no JSON', () => {
      const circle: { itself?: object } = {};
      circle.itself = circle;
      for (const body of [5n, () => 1, Symbol('x'), circle]) {
        expect(() => emulator.failNext({ status: 200, body }))
          .to.throw(/^A failNext rule has a body that is a text or can be written as JSON/)
          .with.property('code', 'invalid_options');
      }
    });
  });

  describe('advance', () => {
    it('moves what sessions say of their times, and ends those whose time is over', async () => {
      await pool.call('GET', 'files');
      const before = (await pool.call('GET', 'session')).json as { lastAccessedAt: string };
      await emulator.advance(200_000);
      const after = (await pool.call('GET', 'session')).json as { lastAccessedAt: string; createdAt: string };
      const moved = Date.parse(after.lastAccessedAt) - Date.parse(before.lastAccessedAt);
      expect(moved).to.be.within(200_000, 210_000);
      await emulator.advance(300_000);
      expect((await pool.call('GET', 'session')).status).to.equal(400);
    });

    it('goes no further than to the end of time', async () => {
      await pool.call('GET', 'files');
      for (let times = 0; times < 2; times += 1) {
        await emulator.advance(Number.MAX_SAFE_INTEGER);
        expect((await pool.call('GET', 'session')).status).to.equal(400);
        await pool.call('GET', 'files');
        const { status, json } = await pool.call('GET', 'session');
        expect(status).to.equal(200);
        expect(json).to.include({ createdAt: END, lastAccessedAt: END, expireAt: END });
        await pool.call('DELETE', 'session');
      }
      expect(emulator.requests.at(-1)?.at.getTime()).to.equal(8_640_000_000_000_000);
    });

    it('leaves sessions alone that are to live for ever', async () => {
      const cooldownSeconds = Number.MAX_SAFE_INTEGER;
      const forever = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), cooldownSeconds });
      try {
        const { call } = requestsTo(forever);
        await call('GET', 'files');
        await forever.advance(Number.MAX_SAFE_INTEGER);
        for (const [method, path] of [
          ['GET', 'session'],
          ['GET', 'listSessions'],
          ['POST', '.management/getSession'],
          ['POST', '.management/listSessions'],
        ] as const) {
          const { status, text } = await call(method, path);
          expect([status, text.includes(END)], path).to.deep.equal([200, true]);
        }
        const { expiresAt } = await new SessionsClient({ ...forever.connection, identifier: 'session-1' }).getSession();
        expect(expiresAt?.toISOString()).to.equal('9999-12-31T23:59:59.999Z');
      } finally {
        await forever.stop();
      }
    });

    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      it(`refuses ${ms}`, async () => {
        const failure: unknown = await emulator.advance(ms).catch((error: unknown) => error);
        expect(failure).to.have.property('code', 'invalid_options');
      });
    }
  });

  describe('reset', () => {
    it('forgets sessions, rules, requests and the time, and keeps the address', async () => {
      await pool.upload('a.txt', 'x');
      emulator.failNext({ status: 500 });
      await emulator.advance(1_000_000);
      const { poolManagementEndpoint, token } = emulator;
      await emulator.reset();
      expect(emulator.requests).to.deep.equal([]);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
      const { createdAt } = (await pool.call('GET', 'session')).json as { createdAt: string };
      expect(Math.abs(Date.parse(createdAt) - Date.now())).to.be.below(60_000);
      expect([emulator.poolManagementEndpoint, emulator.token]).to.deep.equal([poolManagementEndpoint, token]);
    });

    it('refuses a request that is still kept back, and forgets it too', async () => {
      emulator.failNext({ latencyMs: 3_600_000 });
      const { host, pathname } = new URL(emulator.poolManagementEndpoint);
      const raw = await rawSocket(emulator.poolManagementEndpoint);
      raw.write(
        [
          `POST ${pathname}/executions?identifier=session-1&api-version=2025-10-02-preview HTTP/1.1`,
          `host: ${host}`,
          `authorization: Bearer ${emulator.token}`,
          'connection: close',
          'content-length: 12',
          '',
          '{"code":"1"}',
        ].join('\r\n'),
      );
      // Answered by the same server, so that the one before it has arrived.
      await fetch(new URL('/_emulator/alive', emulator.poolManagementEndpoint));
      await emulator.reset();
      expect([emulator.requests, runs]).to.deep.equal([[], []]);
      expect(await raw.closed).to.match(/^HTTP\/1\.1 503 [^]*was stopped or reset/);
      expect((await pool.call('GET', 'session')).status).to.equal(400);
    });

    it('ends code that runs, whose caller is told so', async () => {
      let hasBegun: (() => void) | undefined;
      const begun = new Promise<void>((resolve) => (hasBegun = resolve));
      const script = (): Promise<object> => {
        hasBegun?.();
        return new Promise(() => undefined);
      };
      const held = await SessionPoolEmulator.start({ engine: 'scripted', script });
      try {
        const running = requestsTo(held).execute('endless');
        await begun;
        await held.reset();
        expect((await running).stderr).to.equal('Execution aborted');
      } finally {
        await held.stop();
      }
    });
  });

  describe('requests', () => {
    it('has each request in order, refused ones too, and cannot be changed', async () => {
      await pool.call('GET', 'files');
      await pool.call('GET', 'nowhere', { identifier: null });
      await pool.call('GET', 'files', { token: null });
      const seen = emulator.requests.map(({ method, status, identifier }) => [method, status, identifier]);
      expect(seen).to.deep.equal([
        ['GET', 200, 'session-1'],
        ['GET', 400, undefined],
        ['GET', 401, 'session-1'],
      ]);
      const [first] = emulator.requests;
      expect(first?.path).to.equal(`${new URL(emulator.poolManagementEndpoint).pathname}/files`);
      expect(first?.at).to.be.instanceOf(Date);
      expect(Object.isFrozen(first)).to.equal(true);
    });

    it('keeps the beginning of what is long', async () => {
      await pool.call('GET', `files/${'x'.repeat(5000)}`, { identifier: 'y'.repeat(5000) });
      const [entry] = emulator.requests;
      expect([entry?.path.length, entry?.identifier?.length]).to.deep.equal([1000, 1000]);
    });
  });
});
