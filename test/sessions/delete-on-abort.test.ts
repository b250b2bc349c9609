import { expect } from 'chai';
import { SessionsError } from '../../src/errors.js';
import { execute, startExecution } from '../../src/sessions/execute.js';
import { listFiles } from '../../src/sessions/file-operations.js';
import { connectToPool, type PoolConnection } from '../../src/sessions/pool-connection.js';
import { deleteSession } from '../../src/sessions/session-operations.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { type HandMovedClock, aClock } from '../helpers/a-clock.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import {
  type Answer,
  json,
  type Loopback,
  stall,
  startLoopback,
  stopLoopbacks,
  text,
} from '../helpers/start-loopback.js';
import { until } from '../helpers/until.js';
import { collectWarnings } from '../helpers/warnings.js';

const ran = json(200, { id: 'e', status: 'Succeeded', result: { stdout: '', stderr: '', executionResult: '' } });
const deleted = text(204, '');
const unavailable = json(503, {}, { 'retry-after': '25' });

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function seen({ requests }: Loopback): string[] {
  return requests.map(({ method, url }) => `${method} ${url.searchParams.get('identifier')}`);
}

describe("onAbort: 'delete-session'", () => {
  const reason = new Error('enough');
  let clock: HandMovedClock;
  let leaving: AbortController;
  beforeEach(() => {
    clock = aClock();
    leaving = new AbortController();
  });
  afterEach(stopLoopbacks);

  function connect({ endpoint }: Loopback, options: SessionsClientOptions = {}): PoolConnection {
    const connection = { poolManagementEndpoint: endpoint, authCallback: () => 'a-token', identifier: 'session-1' };
    return connectToPool({ ...connection, onAbort: 'delete-session', ...options }, clock);
  }

  /** Aborts what the server is sent, and does not answer. */
  async function abort(server: Loopback, call: () => Promise<unknown>, why: Error = reason): Promise<void> {
    const count = server.requests.length + 1;
    const run = rejectionOf(call());
    await until(() => server.requests.length === count);
    leaving.abort(why);
    expect(await run).to.equal(why);
  }

  /** The same of an execution. */
  function abortRun(server: Loopback, connection: PoolConnection, why?: Error): Promise<void> {
    return abort(server, () => execute(connection, 'slow()', { signal: leaving.signal }), why);
  }

  /** Waits for the deletion that follows an execution. */
  async function expectDeletion(server: Loopback): Promise<void> {
    await until(() => server.requests.length === 2);
    expect(seen(server)).to.deep.equal(['POST session-1', 'DELETE session-1']);
  }

  describe('leaves the session alone', () => {
    it('when the signal has aborted before the call', async () => {
      const server = await startLoopback(ran);
      leaving.abort(reason);
      expect(await rejectionOf(execute(connect(server), '1', { signal: leaving.signal }))).to.equal(reason);
      await settle();
      expect(seen(server)).to.deep.equal([]);
    });

    it('when the execution waits for a connection', async () => {
      let answer = (): void => undefined;
      const server = await startLoopback((request, response) => {
        answer = () => void ran(request, response);
      });
      const connection = connect(server, { maxSockets: 1 });
      const told: string[] = [];
      connection.deletionListeners.add((identifier) => told.push(identifier));
      const other = execute(connection, '1', {});
      await until(() => server.requests.length === 1);
      const waiting = rejectionOf(execute(connection, '2', { signal: leaving.signal }));
      await settle();
      leaving.abort(reason);
      expect(await waiting).to.equal(reason);
      answer();
      expect(await other).to.include({ status: 'Succeeded' });
      await settle();
      expect(seen(server)).to.deep.equal(['POST session-1']);
      expect(told).to.deep.equal([]);
    });

    const refusals: Readonly<Record<string, Answer>> = {
      429: json(429, {}, { 'retry-after': '25' }),
      'the 404 of a full pool': json(
        404,
        { error: { code: 'X', message: 'No more sessions are available' } },
        { 'retry-after': '25' },
      ),
    };
    for (const [name, refusal] of Object.entries(refusals)) {
      it(`when the execution pauses after ${name}`, async () => {
        const server = await startLoopback(refusal);
        const run = rejectionOf(execute(connect(server), '1', { signal: leaving.signal }));
        await until(() => clock.pending().includes(25_000));
        leaving.abort(reason);
        expect(await run).to.equal(reason);
        await settle();
        expect(seen(server)).to.deep.equal(['POST session-1']);
      });
    }

    it('when the rejected token of the execution is replaced', async () => {
      const server = await startLoopback(json(401, {}));
      let calls = 0;
      const authCallback = (): string | Promise<string> => {
        calls += 1;
        return calls === 2 ? new Promise(() => undefined) : 'a-token';
      };
      const run = rejectionOf(execute(connect(server, { authCallback }), '1', { signal: leaving.signal }));
      await until(() => calls === 2);
      leaving.abort(reason);
      expect(await run).to.equal(reason);
      await settle();
      expect(seen(server)).to.deep.equal(['POST session-1']);
    });
  });

  it('deletes the session between two questions for the execution, and after a 503 that is taken for a refusal', async () => {
    const first = await startLoopback(json(202, { id: 'e', status: 'Running' }), deleted);
    const second = await startLoopback(unavailable, deleted);
    for (const [server, pauseMs] of [
      [first, 1_000],
      [second, 25_000],
    ] as const) {
      leaving = new AbortController();
      const connection = connect(server, { dangerouslyExecuteAgainOn503: true });
      const run = rejectionOf(execute(connection, '1', { signal: leaving.signal }));
      await until(() => clock.pending().includes(pauseMs));
      leaving.abort(reason);
      expect(await run).to.equal(reason);
      await expectDeletion(server);
    }
  });

  it('deletes the session also where the reason is what another call has failed with', async () => {
    const server = await startLoopback(stall, deleted);
    await abortRun(server, connect(server), new SessionsError('network', 'The other call failed.'));
    await expectDeletion(server);
  });

  it('deletes the session of code whose start was aborted, of which nobody has the id', async () => {
    const server = await startLoopback(stall, deleted);
    await abort(server, () => startExecution(connect(server), 'slow()', { signal: leaving.signal }));
    await expectDeletion(server);
  });

  it('holds up what is sent to the session next until it is deleted, by whatever client, and nothing else', async () => {
    const server = await startLoopback(stall, unavailable, ran, deleted, ran);
    const connection = connect(server, { maxSockets: 1 });
    await abortRun(server, connection);
    await until(() => clock.pending().includes(25_000));
    const next = execute(connection, '1', {});
    const files = rejectionOf(listFiles(connect(server), {}));
    const deletion = deleteSession(connect(server), {});
    const impatient = new AbortController();
    const left = rejectionOf(execute(connection, '2', { signal: impatient.signal }));
    await execute(connection, '1', { identifier: 'session-2' });
    await settle();
    impatient.abort(reason);
    expect(await left).to.equal(reason);
    expect(seen(server)).to.deep.equal(['POST session-1', 'DELETE session-1', 'POST session-2']);
    clock.advance(25_000);
    await Promise.all([next, files, deletion]);
    expect(seen(server).slice(2, 4)).to.deep.equal(['POST session-2', 'DELETE session-1']);
    expect(seen(server).slice(4).sort()).to.deep.equal(['DELETE session-1', 'GET session-1', 'POST session-1']);
  });

  it('holds up what was refused before the abort and is to be sent again', async () => {
    const server = await startLoopback(stall, json(429, {}, { 'retry-after': '5' }), unavailable, deleted, ran);
    const connection = connect(server);
    const run = rejectionOf(execute(connection, 'slow()', { signal: leaving.signal }));
    await until(() => server.requests.length === 1);
    const refused = execute(connection, '1', {});
    await until(() => clock.pending().includes(5_000));
    leaving.abort(reason);
    await run;
    await until(() => clock.pending().includes(25_000));
    clock.advance(5_000);
    await settle();
    expect(server.requests).to.have.length(3);
    clock.advance(20_000);
    await refused;
    expect(seen(server)).to.deep.equal([
      'POST session-1',
      'POST session-1',
      'DELETE session-1',
      'DELETE session-1',
      'POST session-1',
    ]);
  });

  it('warns that the session could not be deleted, and then lets the calls go on in it', async () => {
    const warnings = collectWarnings('SessionsWarning');
    const server = await startLoopback(
      stall,
      json(403, { error: { code: 'No', message: 'session-1 is not yours' } }),
      ran,
    );
    const connection = connect(server);
    await abortRun(server, connection);
    await execute(connection, '1', {});
    const messages = await warnings.take();
    expect(messages).to.have.length(1);
    expect(messages[0])
      .to.match(/^A session whose run was aborted could not be deleted: /)
      .and.contain('The code may still be running, and later calls find the session as it is.')
      .and.not.contain('session-1');
    expect(seen(server)).to.deep.equal(['POST session-1', 'DELETE session-1', 'POST session-1']);
  });

  it('warns in whole sentences that there was no token to delete the session with', async () => {
    const warnings = collectWarnings('SessionsWarning');
    const server = await startLoopback(stall, ran);
    let tokens = 0;
    const authCallback = (): string => {
      tokens += 1;
      if (tokens === 2) throw new Error('broker 500');
      return 'a-token';
    };
    const connection = connect(server, { authCallback });
    await abortRun(server, connection);
    await execute(connection, '1', {});
    expect(await warnings.take()).to.deep.equal([
      'A session whose run was aborted could not be deleted: The auth callback failed: broker 500. The code may still be running, and later calls find the session as it is.',
    ]);
  });
});
