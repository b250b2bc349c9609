import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuthCallback } from '../../src/auth/auth-callback.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import {
  type Answer,
  json,
  type Loopback,
  stall,
  startLoopback,
  stopLoopbacks,
  text,
} from '../helpers/start-loopback.js';

const running = json(202, { id: 'e', status: 'Running' });

/** Starts an answer, tells of it, and leaves it unfinished. */
function half(tell: () => void): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"value"', tell);
  };
}

interface Stage {
  readonly answers?: (abort: () => void) => readonly Answer[];
  readonly options?: (abort: () => void) => SessionsClientOptions;
  readonly call?: (client: SessionsClient, signal: AbortSignal, abort: () => void) => Promise<unknown>;
  /** How many requests arrive. */
  readonly arrive: number;
}

describe('a call that is aborted', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'aborted-'));
  });
  afterEach(async () => {
    await stopLoopbacks();
    await rm(directory, { recursive: true, force: true });
  });

  const abortingWhenAsked =
    (abort: () => void, when: number): AuthCallback =>
    ({ signal }) => {
      asked += 1;
      if (asked < when) return `token-${asked}`;
      abort();
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    };
  let asked = 0;

  const stages: Readonly<Record<string, Stage>> = {
    'before it begins': {
      call: (client, signal, abort) => {
        abort();
        return client.execute('1', { signal });
      },
      arrive: 0,
    },
    'while a token is fetched': { options: (abort) => ({ authCallback: abortingWhenAsked(abort, 1) }), arrive: 0 },
    'while it waits for a connection': {
      options: () => ({ maxSockets: 1 }),
      call: async (client, signal, abort) => {
        const other = new AbortController();
        const first = client.execute('1', { signal: other.signal }).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        const waiting = client.execute('1', { signal });
        setImmediate(abort);
        try {
          return await waiting;
        } finally {
          other.abort();
          await first;
        }
      },
      arrive: -1,
    },
    'before the answer': { answers: (abort) => [abort], arrive: 1 },
    'in the middle of the answer': { answers: (abort) => [half(abort)], arrive: 1 },
    'while its rejected token is replaced': {
      answers: () => [json(401, {})],
      options: (abort) => ({ authCallback: abortingWhenAsked(abort, 2) }),
      arrive: 1,
    },
    'while it waits to be sent again': {
      answers: (abort) => [
        (request, response) => {
          response.once('close', () => setImmediate(abort));
          void json(429, {}, { 'retry-after': '25', connection: 'close' })(request, response);
        },
      ],
      arrive: 1,
    },
    'between two questions for the execution': {
      answers: (abort) => [
        (request, response) => {
          response.once('close', () => setImmediate(abort));
          void running(request, response);
        },
      ],
      arrive: 1,
    },
    'while an upload is sent': {
      call: (client, signal, abort) => {
        const source = (async function* () {
          yield Buffer.alloc(100_000);
          abort();
          yield Buffer.alloc(100_000);
          await new Promise(() => undefined);
        })();
        return client.uploadFile(source, { name: 'x', signal });
      },
      arrive: 0,
    },
    'while a file comes to the disk': {
      answers: (abort) => [half(abort)],
      call: (client, signal) => client.downloadFile('x', { to: join(directory, 'x'), signal }),
      arrive: 1,
    },
    'while a file comes into memory': {
      answers: (abort) => [half(abort)],
      call: (client, signal) => client.downloadFile('x', { signal }),
      arrive: 1,
    },
    'between two pages': {
      answers: (abort) => [
        (request, response) => {
          response.once('finish', abort);
          void json(200, { sessions: [{ identifier: 'one' }], nextLink: 'listSessions?skip=1' })(request, response);
        },
      ],
      call: async (client, signal) => {
        for await (const _session of client.listSessions({ signal }));
      },
      arrive: 1,
    },
  };

  for (const [when, { answers = () => [stall], options = () => ({}), call, arrive }] of Object.entries(stages)) {
    it(`${when} rejects with the reason itself, and sends nothing more`, async () => {
      asked = 0;
      const leaving = new AbortController();
      const reason = new Error('enough');
      const abort = (): void => leaving.abort(reason);
      const server: Loopback = await startLoopback(...answers(abort), text(500, 'there should be no more requests'));
      const client = new SessionsClient({
        poolManagementEndpoint: server.endpoint,
        authCallback: () => 'a-token',
        identifier: 'session-1',
        ...options(abort),
      });
      const { signal } = leaving;
      const outcome = await (call?.(client, signal, abort) ?? client.execute('1', { signal })).catch(
        (error: unknown) => error,
      );
      expect(outcome).to.equal(reason);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (arrive >= 0) expect(server.requests).to.have.length(arrive);
      expect(await readdir(directory)).to.deep.equal([]);
    });
  }
});
