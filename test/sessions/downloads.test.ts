import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { downloadToMemory } from '../../src/sessions/download-file.js';
import { connectToPool } from '../../src/sessions/pool-connection.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import { impatientClock } from '../helpers/an-impatient-clock.js';
import { openFiles } from '../helpers/open-files.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { type Answer, json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';
import { untyped } from '../helpers/untyped.js';

function optionsFor(endpoint: string): SessionsClientOptions {
  return { poolManagementEndpoint: endpoint, authCallback: () => 'a-token', identifier: 'session-1' };
}

function aClient(endpoint: string): SessionsClient {
  return new SessionsClient(optionsFor(endpoint));
}

const cutAfter =
  (content: string): Answer =>
  (request, response) => {
    response.writeHead(200, { 'content-length': String(content.length + 5) });
    response.write(content, () => request.socket.destroy());
  };

describe('SessionsClient.downloadFile: the edges', () => {
  afterEach(stopLoopbacks);

  it('gives up after as many broken answers as it may ask again', async () => {
    const server = await startLoopback(cutAfter('hal'));
    const connection = connectToPool({ ...optionsFor(server.endpoint), retries: 2 }, impatientClock);
    expect(await rejectionOf(downloadToMemory(connection, 'x', {}))).to.include({ code: 'network' });
    expect(server.requests).to.have.length(3);
  });

  it('does not start over for what is no broken connection', async () => {
    const server = await startLoopback(text(200, '<html>', { 'content-type': 'text/html' }));
    expect(await rejectionOf(aClient(server.endpoint).downloadFile('a.csv'))).to.include({
      code: 'invalid_response',
      status: 200,
    });
    const failing = new Error('the application failed');
    const onProgress = (): never => {
      throw failing;
    };
    const fine = await startLoopback(text(200, 'x'));
    expect(await rejectionOf(aClient(fine.endpoint).downloadFile('a.csv', { onProgress }))).to.equal(failing);
    expect([server.requests.length, fine.requests.length]).to.deep.equal([1, 1]);
  });

  it('takes a file of exactly as many bytes as it may, and none that is larger', async () => {
    const server = await startLoopback(text(200, '12345'));
    const client = aClient(server.endpoint);
    expect(await client.downloadFile('x', { maxBytes: 5 })).to.have.length(5);
    expect(await rejectionOf(client.downloadFile('x', { maxBytes: 4 }))).to.include({ code: 'too_large' });
    const empty = await startLoopback(text(200, ''));
    expect(await aClient(empty.endpoint).downloadFile('x', { maxBytes: 0 })).to.have.length(0);
    for (const maxBytes of [-1, Number.NaN, untyped('many')])
      expect(await rejectionOf(client.downloadFile('x', { maxBytes }))).to.include({ code: 'invalid_options' });
  });

  it('knows no total where the answer has none, or is packed', async () => {
    const chunked = await startLoopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end('12345');
    });
    const packed = await startLoopback((_request, response) => {
      const body = gzipSync('12345');
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(body.length) }).end(body);
    });
    for (const server of [chunked, packed]) {
      const progress: object[] = [];
      await aClient(server.endpoint).downloadFile('x', { onProgress: (step) => progress.push(step) });
      expect(progress.at(-1)).to.have.property('bytes');
      for (const step of progress) expect(step).to.not.have.property('totalBytes');
    }
  });

  it('tells how much of a longer file has come', async () => {
    const server = await startLoopback((_request, response) => {
      response.writeHead(200, { 'content-length': '12' });
      response.write('123456', () => setImmediate(() => response.end('789012')));
    });
    const progress: unknown[] = [];
    await aClient(server.endpoint).downloadFile('x', { onProgress: (step) => progress.push(step) });
    expect(progress.at(-1)).to.deep.equal({ bytes: 12, totalBytes: 12 });
  });

  it('takes a page only for a file that is called one', async () => {
    for (const type of ['text/html', 'TEXT/HTML; charset=utf-8']) {
      const server = await startLoopback(text(200, '<html>', { 'content-type': type }));
      const client = aClient(server.endpoint);
      for (const name of ['a.html', 'a.htm', 'a.XHTML']) expect(await client.downloadFile(name)).to.have.length(6);
      for (const name of ['a.html.csv', 'html', 'a.txt'])
        expect(await rejectionOf(client.downloadFile(name)), name).to.include({ code: 'invalid_response' });
    }
    const other = await startLoopback(text(200, 'x', { 'content-type': 'application/x-text/html' }));
    expect(await aClient(other.endpoint).downloadFile('a.csv')).to.have.length(1);
  });

  for (const stuck of ['write', 'close'] as const) {
    it(`leaves a stream whose ${stuck} is never done when the caller leaves`, async () => {
      const server = await startLoopback(text(200, '12345'));
      const leaving = new AbortController();
      const reason = new Error('enough');
      const to = new WritableStream<Uint8Array>({
        [stuck]: () => {
          setImmediate(() => leaving.abort(reason));
          return new Promise(() => undefined);
        },
      });
      const call = aClient(server.endpoint).downloadFile('x', { to, signal: leaving.signal });
      expect(await rejectionOf(call)).to.equal(reason);
      expect(to.locked).to.equal(false);
    });
  }

  it('rejects when the stream has done what it does about a failure', async () => {
    const server = await startLoopback(json(404, { error: { code: 'FileNotFound' } }));
    const done: string[] = [];
    const to = new WritableStream<Uint8Array>({
      abort: async () => {
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        done.push('stream');
      },
    });
    await rejectionOf(aClient(server.endpoint).downloadFile('x', { to }));
    expect([...done, 'call']).to.deep.equal(['stream', 'call']);
  });

  it('gives a stream back that it could not fill', async () => {
    const server = await startLoopback(json(404, { error: { code: 'FileNotFound' } }));
    const to = new WritableStream<Uint8Array>();
    expect(await rejectionOf(aClient(server.endpoint).downloadFile('x', { to }))).to.include({ code: 'not_found' });
    expect(to.locked).to.equal(false);
  });
});

describe('SessionsClient files: what goes wrong', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sessions-files-'));
  });
  afterEach(async () => {
    await stopLoopbacks();
    await rm(directory, { recursive: true, force: true });
  });

  it('tells any failure to delete but that the file is gone', async () => {
    const server = await startLoopback(json(403, {}));
    expect(await rejectionOf(aClient(server.endpoint).deleteFile('x'))).to.include({ code: 'forbidden' });
  });

  it('does not take a page for a file that was deleted', async () => {
    const server = await startLoopback(text(200, '<html>Sign in</html>', { 'content-type': 'text/html' }));
    expect(await rejectionOf(aClient(server.endpoint).deleteFile('x'))).to.include({ code: 'invalid_response' });
    const said = await startLoopback(text(200, 'deleted'));
    await aClient(said.endpoint).deleteFile('x');
  });

  it('asks in the session of the call, and in its directory, for a file that the answer does not tell of', async () => {
    const server = await startLoopback(json(200, { value: [] }), json(200, { name: 'a.csv', sizeInBytes: 1 }));
    const file = await aClient(server.endpoint).uploadFile(Buffer.from('x'), {
      name: 'in/a.csv',
      identifier: 'session-2',
    });
    expect(file.name).to.equal('a.csv');
    expect(server.requests[1]?.url.searchParams.get('identifier')).to.equal('session-2');
    expect(server.requests[1]?.url.searchParams.get('path')).to.equal('in');
  });

  it('closes the local file whatever becomes of the upload', async () => {
    const path = join(directory, 'a.csv');
    await writeFile(path, 'x');
    const server = await startLoopback(json(403, {}));
    await rejectionOf(aClient(server.endpoint).uploadFile(path, { name: '..' }));
    const before = await openFiles();
    expect(await rejectionOf(aClient(server.endpoint).uploadFile(path, { name: '..' }))).to.include({
      code: 'invalid_request',
    });
    expect(await openFiles()).to.equal(before);
  });

  it('stops where there are more pages than any session has', async () => {
    const server = await startLoopback((request, response) => {
      const page = Number(request.url.searchParams.get('page') ?? '0');
      json(200, { value: [], nextLink: `/files?page=${page + 1}` })(request, response);
    });
    const error = await rejectionOf(aClient(server.endpoint).listFiles());
    expect(error).to.include({ code: 'invalid_response' });
    expect(error.message).to.contain('more than 1000 pages');
    expect(server.requests).to.have.length(1000);
  });
});
