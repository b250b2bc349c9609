import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { removeTree, removeTreeInBackground } from '../../src/emulator/remove-tree.mjs';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { randomNumbers } from '../helpers/random-numbers.js';
import { rawSocket, type RawSocket } from '../helpers/raw-socket.js';
import { until } from '../helpers/until.js';

const DOCUMENTED = new Set([200, 202, 204, 400, 404]);

describe('a session that many use at once', () => {
  let emulator: SessionPoolEmulator;
  let session: string;
  beforeEach(async () => {
    emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (_code, { directory }) => {
        session = directory;
        return {};
      },
      warm: 0,
      maxSessions: 3,
    });
  });
  afterEach(() => emulator.stop());

  const operations: readonly ((pool: EmulatorRequests) => Promise<{ status: number }>)[] = [
    (pool) => pool.call('POST', 'executions', { body: '{"code":"x"}' }),
    (pool) => pool.call('POST', 'executions', { body: '{"code":"x","executionType":"Asynchronous"}' }),
    (pool) => pool.upload('a.txt', 'x'.repeat(50_000)),
    (pool) => pool.upload('b.txt', 'y', { query: { path: 'deep/er' } }),
    (pool) => pool.call('GET', 'files', { query: { recursive: 'true' } }),
    (pool) => pool.call('GET', 'files/a.txt/content'),
    (pool) => pool.call('DELETE', 'files/a.txt'),
    (pool) => pool.call('GET', 'session'),
    (pool) => pool.call('DELETE', 'session'),
    (pool) => pool.call('POST', '.management/stopSession'),
  ];
  const launch = (count: number): Promise<number | string>[] => {
    const random = randomNumbers(7);
    const pools = ['busy-1', 'busy-2'].map((identifier) => requestsTo(emulator, identifier));
    return Array.from({ length: count }, async () => {
      const pool = pools[Math.floor(random() * pools.length)];
      const operation = operations[Math.floor(random() * operations.length)];
      return pool && operation
        ? operation(pool).then(
            ({ status }) => status,
            () => 'broken',
          )
        : 'none';
    });
  };

  it('answers each with what is documented, and leaves no folder of those that were deleted', async () => {
    const statuses = await Promise.all(launch(500));
    expect(statuses.filter((status) => !DOCUMENTED.has(Number(status)))).to.deep.equal([]);
    await emulator.reset();
    expect(readdirSync(emulator.details.dataDirectory)).to.deep.equal([]);
  });

  it('ends with the emulator in the middle of everything, and nothing is left', async () => {
    const running = launch(200);
    await running[20];
    await emulator.stop();
    const statuses = await Promise.all(running);
    expect(statuses.filter((status) => status !== 'broken' && !DOCUMENTED.has(Number(status)))).to.deep.equal([]);
    expect(existsSync(emulator.details.dataDirectory)).to.equal(false);
  });

  describe('while an upload is on its way', () => {
    let raw: RawSocket;
    beforeEach(async () => {
      await requestsTo(emulator).execute('x');
      const { host, pathname } = new URL(emulator.poolManagementEndpoint);
      const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf';
      raw = await rawSocket(emulator.poolManagementEndpoint);
      raw.write(
        [
          `POST ${pathname}/files?identifier=session-1&api-version=2025-10-02-preview HTTP/1.1`,
          `host: ${host}`,
          `authorization: Bearer ${emulator.token}`,
          'content-type: multipart/form-data; boundary=b',
          `content-length: ${part.length + 11}`,
          'connection: close',
          '',
          part,
        ].join('\r\n'),
      );
      await until(() => readdirSync(join(session, '..', 'incoming')).length > 0);
    });

    it('says that the session is gone when it was deleted meanwhile', async () => {
      await requestsTo(emulator).call('DELETE', 'session');
      raw.write('er\r\n--b--\r\n');
      expect(await raw.closed).to.match(/^HTTP\/1\.1 400 [^]*SessionWithIdentifierNotFound/);
    });

    it('does not let the session expire', async () => {
      await emulator.advance(3_600_000);
      raw.write('er\r\n--b--\r\n');
      expect(await raw.closed).to.match(/^HTTP\/1\.1 200 /);
      expect((await requestsTo(emulator).call('GET', 'files/a.txt/content')).text).to.equal('halfer');
    });

    it('shows nothing of it among the files', async () => {
      expect((await requestsTo(emulator).call('GET', 'files')).json).to.deep.equal({ value: [] });
    });
  });

  describe('whose code has made links', () => {
    let outside: string;
    beforeEach(async () => {
      outside = mkdtempSync(join(tmpdir(), 'outside-'));
      writeFileSync(join(outside, 'secret.txt'), 'secret');
      await requestsTo(emulator).execute('x');
      symlinkSync(join(outside, 'secret.txt'), join(session, 'link.txt'));
      symlinkSync(outside, join(session, 'folder'));
    });
    afterEach(() => rmSync(outside, { recursive: true }));

    it('shows, opens and deletes none of them', async () => {
      const { call } = requestsTo(emulator);
      expect((await call('GET', 'files', { query: { recursive: 'true' } })).json).to.deep.equal({ value: [] });
      for (const [method, path, query] of [
        ['GET', 'files/link.txt', {}],
        ['GET', 'files/link.txt/content', {}],
        ['DELETE', 'files/link.txt', {}],
        ['GET', 'files', { path: 'folder' }],
        ['GET', 'files/secret.txt/content', { path: 'folder' }],
        ['DELETE', 'files/secret.txt', { path: '/mnt/data/folder' }],
      ] as const) {
        expect((await call(method, path, { query })).status, `${method} ${path}`).to.equal(404);
      }
      expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).to.equal('secret');
    });

    it('writes through none of them', async () => {
      const { upload, call } = requestsTo(emulator);
      expect((await upload('link.txt', 'new')).status).to.equal(200);
      expect((await upload('secret.txt', 'new', { query: { path: 'folder' } })).status).to.equal(404);
      expect((await upload('other.txt', 'new', { query: { path: 'folder/deeper' } })).status).to.equal(404);
      expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).to.equal('secret');
      expect(readdirSync(outside)).to.deep.equal(['secret.txt']);
      expect((await call('GET', 'files/link.txt/content')).text).to.equal('new');
    });

    it('removes the links with the session, and not what they lead to', async () => {
      linkSync(join(outside, 'secret.txt'), join(session, 'hard.txt'));
      await requestsTo(emulator).call('DELETE', 'session');
      expect(existsSync(session)).to.equal(false);
      expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).to.equal('secret');
    });
  });

  it('does not hang on a pipe that code has made', async function () {
    await requestsTo(emulator).execute('x');
    if (spawnSync('mkfifo', [join(session, 'pipe')]).status !== 0) return this.skip(); // No such thing on this system.
    const { call, upload } = requestsTo(emulator);
    expect((await call('GET', 'files/pipe/content')).status).to.equal(404);
    expect((await call('GET', 'files')).json).to.deep.equal({ value: [] });
    expect((await upload('pipe', 'x')).status).to.equal(200);
  });
});

describe('removeTree', () => {
  for (const [name, remove] of [
    ['removeTree', removeTree],
    ['removeTreeInBackground', removeTreeInBackground],
  ] as const) {
    it(`removes folders that are deeper than a path may be long (${name})`, async () => {
      const top = mkdtempSync(join(tmpdir(), 'deep-'));
      const deep = (root: string): string => {
        let folder = join(top, root);
        while (folder.length < 3000) folder = join(folder, 'x'.repeat(200));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'file'), '');
        return folder;
      };
      const below = deep('a');
      deep('b');
      renameSync(join(top, 'b'), join(below, 'b'));
      await remove(top);
      expect(existsSync(top)).to.equal(false);
    });

    it(`removes folders that are locked (${name})`, async () => {
      const top = mkdtempSync(join(tmpdir(), 'locked-'));
      mkdirSync(join(top, 'outer', 'inner'), { recursive: true });
      writeFileSync(join(top, 'outer', 'inner', 'file'), '');
      for (const path of ['outer/inner/file', 'outer/inner', 'outer', '.']) chmodSync(join(top, path), 0);
      await remove(top);
      expect(existsSync(top)).to.equal(false);
    });
  }

  it('has nothing to do where nothing is', () => {
    removeTree(join(tmpdir(), 'nobody-made-this'));
  });
});
