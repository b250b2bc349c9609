import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';
import { untyped } from '../helpers/untyped.js';

const uploaded = json(200, { name: 'x', sizeInBytes: 1, lastModifiedAt: '2026-01-01T00:00:00Z' });
const KILOBYTE = 1024;

describe('uploads of strange files', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'strange-files-'));
  });
  afterEach(async () => {
    await stopLoopbacks();
    await rm(directory, { recursive: true, force: true });
  });

  const aClient = (poolManagementEndpoint: string): SessionsClient =>
    new SessionsClient({ poolManagementEndpoint, authCallback: () => 'a-token', identifier: 'session-1', retries: 0 });

  it('refuse a pipe and a socket at once, by name and through a link', async () => {
    const server = await startLoopback(uploaded);
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await symlink(join(directory, 'pipe'), join(directory, 'link'));
    for (const path of [join(directory, 'pipe'), join(directory, 'link'), '/dev/zero', '/proc/self/fd']) {
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(path))).to.include({ code: 'invalid_request' });
    }
    expect(server.requests).to.have.length(0);
  });

  it('send what a file held at the beginning although it grows', async () => {
    const path = join(directory, 'growing');
    await writeFile(path, 'x'.repeat(64 * KILOBYTE));
    const server = await startLoopback(uploaded);
    let grown = false;
    await aClient(server.endpoint).uploadFile(path, {
      onProgress: () => {
        if (!grown) void appendFile(path, 'y'.repeat(64 * KILOBYTE));
        grown = true;
      },
    });
    const body = server.requests[0]?.body.toString() ?? '';
    expect(body.match(/x{100,}/)?.[0]).to.have.length(64 * KILOBYTE);
    expect(body).not.to.contain('yy');
  });

  it('break off when a file becomes shorter, and leave no half file', async () => {
    const path = join(directory, 'shrinking');
    await writeFile(path, 'x'.repeat(512 * KILOBYTE));
    const server = await startLoopback(uploaded);
    const done = aClient(server.endpoint).uploadFile(path, {
      onProgress: ({ bytes }) => {
        if (bytes <= 16 * KILOBYTE) execFileSync('truncate', ['-s', '20000', path]);
      },
    });
    expect(await rejectionOf(done)).to.include({
      code: 'invalid_request',
      message: 'The file became shorter while it was uploaded.',
    });
    expect(server.requests).to.have.length(0);
  });

  it('take an empty file, and say what is wrong with a source that gives no bytes', async () => {
    const path = join(directory, 'empty');
    await writeFile(path, '');
    await truncate(path);
    const server = await startLoopback(uploaded);
    const client = aClient(server.endpoint);
    await client.uploadFile(path);
    expect(server.requests[0]?.headers['content-length']).to.equal(String(server.requests[0]?.body.length));
    const texts = (async function* () {
      yield 'text';
    })();
    expect(await rejectionOf(client.uploadFile(untyped(texts), { name: 'x' }))).to.include({ code: 'invalid_options' });
    const throwing = (async function* () {
      yield Buffer.from('x');
      throw new Error('the disk is on fire at session-1');
    })();
    const error = await rejectionOf(client.uploadFile(throwing, { name: 'x' }));
    expect(error).to.include({ code: 'invalid_request' });
    expect(error.message).to.contain('the disk is on fire at [redacted]');
    expect(server.requests).to.have.length(1);
  });

  it('tell of a progress callback that throws', async () => {
    const server = await startLoopback(uploaded);
    const failing = aClient(server.endpoint).uploadFile(Buffer.from('x'), {
      name: 'x',
      onProgress: () => {
        throw new Error('cannot draw');
      },
    });
    expect((await rejectionOf(failing)).message).to.contain('cannot draw');
  });
});
