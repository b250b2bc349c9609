import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { downloadToMemory } from '../../src/sessions/download-file.js';
import { connectToPool } from '../../src/sessions/pool-connection.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import type { SessionsClientOptions } from '../../src/sessions/sessions-client-options.js';
import type { UploadSource } from '../../src/sessions/upload-source.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { impatientClock } from '../helpers/an-impatient-clock.js';
import { type Answer, hangUp, json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';
import { untyped } from '../helpers/untyped.js';

const PATH = '/subscriptions/s/resourceGroups/g/sessionPools/p';
const AT = '2024-11-11T09:05:02.4865293Z';
const uploaded = json(200, {
  $id: '1',
  name: 'data.csv',
  type: '',
  contentType: '',
  sizeInBytes: 7,
  lastModifiedAt: AT,
});

function aClient(endpoint: string, options: SessionsClientOptions = {}): SessionsClient {
  return new SessionsClient({
    poolManagementEndpoint: endpoint,
    authCallback: () => 'a-token',
    identifier: 'session-1',
    ...options,
  });
}

function bytes(content: string): Answer {
  return text(200, content, {
    'content-type': 'application/octet-stream',
    'content-length': String(Buffer.byteLength(content)),
  });
}

function cutAfter(content: string): Answer {
  return (request, response) => {
    response.writeHead(200, { 'content-length': String(content.length + 5) });
    response.write(content, () => request.socket.destroy());
  };
}

describe('SessionsClient files', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sessions-files-'));
  });
  afterEach(async () => {
    await stopLoopbacks();
    await rm(directory, { recursive: true, force: true });
  });

  describe('listFiles', () => {
    it('reads the flat entries of the current versions', async () => {
      const server = await startLoopback(
        json(200, {
          value: [
            {
              name: 'a.csv',
              type: 'File',
              contentType: 'text/plain',
              sizeInBytes: 7,
              lastModifiedAt: AT,
              directory: '.',
            },
            { name: 'sub', type: 'Directory', lastModifiedAt: AT, directory: '' },
            { name: 'b', type: 'file', lastModifiedAt: AT, directory: 'sub/deep' },
          ],
        }),
      );
      const files = await aClient(server.endpoint).listFiles({ recursive: true });
      const lastModifiedAt = new Date(AT);
      expect(files).to.deep.equal([
        {
          name: 'a.csv',
          type: 'file',
          contentType: 'text/plain',
          sizeInBytes: 7,
          lastModifiedAt,
          directory: '',
          fullPath: '/mnt/data/a.csv',
        },
        { name: 'sub', type: 'directory', lastModifiedAt, directory: '', fullPath: '/mnt/data/sub' },
        { name: 'b', type: 'file', lastModifiedAt, directory: 'sub/deep', fullPath: '/mnt/data/sub/deep/b' },
      ]);
      expect(server.requests[0]?.url.search).to.equal(
        '?recursive=true&api-version=2025-10-02-preview&identifier=session-1',
      );
    });

    it('reads the wrapped entries of the older versions', async () => {
      const server = await startLoopback(
        json(200, {
          $id: '1',
          value: [{ $id: '2', properties: { filename: 'cert.txt', size: 7, lastModifiedTime: AT } }],
        }),
      );
      const files = await aClient(server.endpoint, { apiVersion: '2024-02-02-preview' }).listFiles();
      expect(files).to.deep.equal([
        {
          name: 'cert.txt',
          type: 'file',
          sizeInBytes: 7,
          lastModifiedAt: new Date(AT),
          directory: '',
          fullPath: '/mnt/data/cert.txt',
        },
      ]);
    });

    it('asks for a directory, and places entries in it that do not say where they are', async () => {
      const server = await startLoopback(json(200, { value: [{ name: 'x', lastModifiedAt: AT }] }));
      const [file] = await aClient(server.endpoint).listFiles({ directory: '/mnt/data/run 1/out' });
      expect(server.requests[0]?.url.searchParams.get('path')).to.equal('run 1/out');
      expect(file).to.include({ directory: 'run 1/out', fullPath: '/mnt/data/run 1/out/x' });
    });

    for (const [said, expected] of [
      ['sub', 'sub'],
      ['/mnt/data/sub', 'sub'],
      ['/sub/deep', 'sub/deep'],
      ['././sub//', 'sub'],
      ['a/mnt/data/b', 'a/mnt/data/b'],
      ['/mnt/database', 'mnt/database'],
      ['', 'asked'],
      ['.', 'asked'],
      ['/', 'asked'],
      ['/mnt/data', 'asked'],
      ['/mnt/data/', 'asked'],
    ] as const) {
      it(`places an entry whose directory is "${said}" in ${expected}`, async () => {
        const server = await startLoopback(json(200, { value: [{ name: 'x', directory: said }] }));
        const [file] = await aClient(server.endpoint).listFiles({ directory: 'asked' });
        expect(file).to.include({ name: 'x', directory: expected, fullPath: `/mnt/data/${expected}/x` });
      });
    }

    for (const [name, bare, directory] of [
      ['x.txt', 'x.txt', ''],
      ['sub/deep/x.txt', 'x.txt', 'sub/deep'],
      ['/mnt/data/x.txt', 'x.txt', ''],
      ['/mnt/data/sub/x.txt', 'x.txt', 'sub'],
      ['mnt/data/x.txt', 'x.txt', 'mnt/data'],
    ] as const) {
      it(`takes the directory out of the name ${name}`, async () => {
        const server = await startLoopback(json(200, { value: [{ name }] }));
        const [file] = await aClient(server.endpoint).listFiles();
        expect(file).to.include({ name: bare, directory });
      });
    }

    it('leaves out a size that is none, and gives 1970 for a time that is none', async () => {
      const entries = '{"name":"a","size":"7","lastModifiedAt":7},{"name":"b","size":1e999,"lastModifiedAt":"soon"}';
      const server = await startLoopback(text(200, `{"value":[${entries}]}`, { 'content-type': 'application/json' }));
      const files = await aClient(server.endpoint).listFiles();
      expect(files.map(({ name }) => name)).to.deep.equal(['a', 'b']);
      for (const file of files) {
        expect(file).not.to.have.property('sizeInBytes');
        expect(file.lastModifiedAt).to.deep.equal(new Date(0));
      }
    });

    it('refuses an entry without a name', async () => {
      const server = await startLoopback(json(200, { value: [{ name: '' }] }), json(200, { value: [{}] }));
      for (const answer of ['empty', 'missing']) {
        const error = await rejectionOf(aClient(server.endpoint).listFiles());
        expect(error, answer).to.include({ code: 'invalid_response' });
      }
    });

    it('follows the pages of the pool and no other', async () => {
      const server = await startLoopback(
        (request, response) =>
          json(200, { value: [{ name: 'a' }], nextLink: `${new URL(request.url).origin}${PATH}/files?skip=1` })(
            request,
            response,
          ),
        json(200, { value: [{ name: 'b' }], nextLink: 'https://evil.example/files' }),
      );
      const error = await rejectionOf(aClient(server.endpoint).listFiles());
      expect(error).to.include({ code: 'invalid_response' });
      expect(server.requests[1]?.url.search).to.equal('?skip=1&api-version=2025-10-02-preview&identifier=session-1');
    });

    it('stops where pages link back to one another', async () => {
      const server = await startLoopback(json(200, { value: [], nextLink: 'files?skip=1' }));
      const error = await rejectionOf(aClient(server.endpoint).listFiles());
      expect(error).to.include({ code: 'invalid_response' });
      expect(error.message).to.contain('link back to one another');
      expect(server.requests).to.have.length(2);
    });

    it('gives an empty list of an empty session, and refuses what is no list', async () => {
      const server = await startLoopback(json(200, { value: [] }), json(200, {}));
      expect(await aClient(server.endpoint).listFiles()).to.deep.equal([]);
      expect(await rejectionOf(aClient(server.endpoint).listFiles())).to.include({ code: 'invalid_response' });
    });
  });

  describe('getFile and deleteFile', () => {
    it('encode any name, and take directory and name apart', async () => {
      const server = await startLoopback(json(200, { name: 'x', lastModifiedAt: AT }));
      await aClient(server.endpoint).getFile('dir/a #1?%&+ü 数.csv');
      expect(server.requests[0]?.url.href).to.contain(
        `${PATH}/files/a%20%231%3F%25%26%2B%C3%BC%20%E6%95%B0.csv?path=dir&api-version`,
      );
    });

    it('read the answer of every version', async () => {
      const server = await startLoopback(
        json(200, { $id: '1', name: 'cert.txt', sizeInBytes: 7, lastModifiedAt: AT }),
        json(200, { $id: '1', properties: { filename: 'cert.txt', size: 7, lastModifiedTime: AT } }),
      );
      const client = aClient(server.endpoint);
      expect(await client.getFile('cert.txt')).to.deep.equal(await client.getFile('cert.txt'));
    });

    it('say that a file is missing, and that deleting a missing file is fine', async () => {
      const server = await startLoopback(json(404, { error: { code: 'FileNotFound' } }));
      expect(await rejectionOf(aClient(server.endpoint).getFile('x'))).to.include({ code: 'not_found', status: 404 });
      await aClient(server.endpoint).deleteFile('x');
      expect(server.requests[1]?.method).to.equal('DELETE');
    });

    it('refuse a name that is none before anything is sent', async () => {
      const server = await startLoopback(uploaded);
      const client = aClient(server.endpoint);
      for (const name of ['', '..', 'a/../b', 'a\0b', '/etc/passwd']) {
        for (const call of [
          client.getFile(name),
          client.deleteFile(name),
          client.downloadFile(name),
          client.uploadFile(Buffer.from('x'), { name }),
        ]) {
          expect(await rejectionOf(call)).to.include({ code: 'invalid_request' });
        }
      }
      expect(server.requests).to.have.length(0);
    });
  });

  describe('uploadFile', () => {
    const sources: readonly (readonly [string, () => UploadSource, boolean])[] = [
      ['a Uint8Array', () => new TextEncoder().encode('a,b\n1,2'), true],
      ['a Buffer', () => Buffer.from('a,b\n1,2'), true],
      ['a Blob', () => new Blob(['a,b\n', '1,2']), true],
      ['a web stream', () => new Blob(['a,b\n1,2']).stream(), false],
      ['a Node stream', () => Readable.from([Buffer.from('a,b\n'), Buffer.from('1,2')]), false],
      [
        'an async iterable',
        async function* () {
          yield Buffer.from('a,b\n1,2');
        } as unknown as () => UploadSource,
        false,
      ],
    ];
    for (const [what, make, sized] of sources) {
      it(`sends ${what} as one part of a form`, async () => {
        const server = await startLoopback(uploaded);
        const progress: unknown[] = [];
        const file = await aClient(server.endpoint).uploadFile(make(), {
          name: 'data.csv',
          onProgress: (step) => progress.push(step),
        });
        const [request] = server.requests;
        const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(request?.headers['content-type'] ?? '')?.[1];
        expect(request?.body.toString()).to.equal(
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="data.csv"\r\nContent-Type: application/octet-stream\r\n\r\na,b\n1,2\r\n--${boundary}--\r\n`,
        );
        expect(`${request?.method} ${request?.url.pathname}`).to.equal(`POST ${PATH}/files`);
        expect(request?.headers['content-length']).to.equal(sized ? String(request?.body.length) : undefined);
        expect(progress.at(-1)).to.deep.equal(sized ? { bytes: 7, totalBytes: 7 } : { bytes: 7 });
        expect(file).to.include({ name: 'data.csv', type: 'file', sizeInBytes: 7, fullPath: '/mnt/data/data.csv' });
      });
    }

    it('sends a local file under its own name, or another with directories', async () => {
      const path = join(directory, 'Messung 1% ü.csv');
      await writeFile(path, 'x');
      const server = await startLoopback(uploaded);
      await aClient(server.endpoint).uploadFile(path);
      expect(server.requests[0]?.body.toString()).to.contain('filename="Messung 1% ü.csv"');
      await aClient(server.endpoint).uploadFile(path, { name: 'in/put.csv' });
      expect(server.requests[1]?.url.searchParams.get('path')).to.equal('in');
      expect(server.requests[1]?.body.toString()).to.contain('filename="put.csv"');
    });

    it('takes the name of a File, and needs one of anything else', async () => {
      const server = await startLoopback(uploaded);
      await aClient(server.endpoint).uploadFile(new File(['x'], 'report.txt'));
      expect(server.requests[0]?.body.toString()).to.contain('filename="report.txt"');
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(Buffer.from('x')))).to.include({
        code: 'invalid_options',
      });
    });

    it('uses the older route and reads its list, or asks again where the list is empty', async () => {
      const listed = { properties: { filename: 'data.csv', size: 7, lastModifiedTime: AT } };
      const server = await startLoopback(json(200, { value: [listed] }), json(200, { value: [] }), json(200, listed));
      const client = aClient(server.endpoint, { apiVersion: '2024-02-02-preview' });
      const one = await client.uploadFile(Buffer.from('x'), { name: 'data.csv' });
      const two = await client.uploadFile(Buffer.from('x'), { name: 'data.csv' });
      expect(one).to.deep.equal(two);
      expect(server.requests.map(({ url }) => url.pathname.replace(PATH, ''))).to.deep.equal([
        '/files/upload',
        '/files/upload',
        '/files/data.csv',
      ]);
    });

    it('sends a file again after 503, and a stream never', async () => {
      const path = join(directory, 'data.csv');
      await writeFile(path, 'x'.repeat(200_000));
      const server = await startLoopback(
        json(503, {}, { 'retry-after': '0' }),
        uploaded,
        json(503, {}, { 'retry-after': '0' }),
        uploaded,
      );
      await aClient(server.endpoint).uploadFile(path);
      expect(server.requests.map(({ body }) => body.length)).to.deep.equal([
        server.requests[0]?.body.length,
        server.requests[0]?.body.length,
      ]);
      const error = await rejectionOf(
        aClient(server.endpoint).uploadFile(Readable.from([Buffer.from('x')]), { name: 'x' }),
      );
      expect(error).to.include({ code: 'service_error' });
      expect(server.requests).to.have.length(3);
    });

    for (const [what, prepare, code, message] of [
      ['a file that does not exist', async () => join(directory, 'none'), 'not_found', /There is no local file/],
      ['a directory', async () => directory, 'invalid_request', /is a directory/],
      [
        'a directory that is a file',
        async () => {
          await writeFile(join(directory, 'f'), '');
          return join(directory, 'f', 'x');
        },
        'not_found',
        /There is no local file/,
      ],
      ['a device', async () => '/dev/null', 'invalid_request', /no regular file/],
      ['no path', async () => '', 'invalid_request', /empty or holds NUL/],
      ['a path with NUL', async () => 'a\0b', 'invalid_request', /empty or holds NUL/],
      ['something else', async () => untyped(7), 'invalid_options', /The source of an upload/],
    ] as const) {
      it(`refuses ${what}, and sends nothing`, async () => {
        const server = await startLoopback(uploaded);
        const error = await rejectionOf(aClient(server.endpoint).uploadFile(await prepare(), { name: 'x' }));
        expect(error).to.include({ code });
        expect(error.message).to.match(message);
        expect(server.requests).to.have.length(0);
      });
    }

    it('refuses more than 128 MB before anything is sent, and stops a stream that grows beyond', async () => {
      const path = join(directory, 'large');
      await writeFile(path, '');
      await truncate(path, 128 * 1024 * 1024 + 1);
      const server = await startLoopback(uploaded);
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(path))).to.include({ code: 'too_large' });
      expect(server.connections()).to.equal(0);
      const piece = new Uint8Array(16 * 1024 * 1024);
      const source = (async function* () {
        for (let count = 0; count < 9; count += 1) yield piece;
      })();
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(source, { name: 'x' }))).to.include({
        code: 'too_large',
      });
      expect(server.requests).to.have.length(0);
    });

    it('says that the service refused a file as too large', async () => {
      const server = await startLoopback(text(413, ''));
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(Buffer.from('x'), { name: 'x' }))).to.include({
        code: 'too_large',
        status: 413,
      });
    });

    it('tells the failure of a source, and refuses pieces that are no bytes', async () => {
      const server = await startLoopback(uploaded);
      const failing = (async function* () {
        yield Buffer.from('x');
        throw new Error('the sensor is unplugged');
      })();
      const error = await rejectionOf(aClient(server.endpoint).uploadFile(failing, { name: 'x' }));
      expect(error).to.include({ code: 'invalid_request' });
      expect(error.message).to.contain('the sensor is unplugged');
      const words = untyped(
        (async function* () {
          yield 'words';
        })(),
      );
      expect(await rejectionOf(aClient(server.endpoint).uploadFile(words, { name: 'x' }))).to.include({
        code: 'invalid_options',
      });
      expect(server.requests).to.have.length(0);
    });
  });

  describe('downloadFile', () => {
    it('gives the bytes as they are', async () => {
      const content = Buffer.from([0, 255, 13, 10, 128, 200]);
      const server = await startLoopback((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '6' }).end(content);
      });
      const progress: unknown[] = [];
      const result = await aClient(server.endpoint).downloadFile('dir/a b.bin', {
        onProgress: (step) => progress.push(step),
      });
      expect(Buffer.from(result)).to.deep.equal(content);
      expect(server.requests[0]?.url.pathname).to.equal(`${PATH}/files/a%20b.bin/content`);
      expect(server.requests[0]?.headers['accept-encoding']).to.equal('identity');
      expect(progress).to.deep.equal([{ bytes: 6, totalBytes: 6 }]);
    });

    it('gives nothing of an empty file, and uses the older route', async () => {
      const server = await startLoopback(bytes(''));
      expect(await aClient(server.endpoint, { apiVersion: '2024-02-02-preview' }).downloadFile('x')).to.have.length(0);
      expect(server.requests[0]?.url.pathname).to.equal(`${PATH}/files/content/x`);
    });

    it('says that a file is missing', async () => {
      const server = await startLoopback(json(404, { error: { code: 'FileNotFound', message: 'no such file' } }));
      const error = await rejectionOf(aClient(server.endpoint).downloadFile('x'));
      expect(error).to.include({ code: 'not_found', serviceCode: 'FileNotFound' });
    });

    it('starts over when the connection breaks', async () => {
      const server = await startLoopback(cutAfter('hal'), bytes('whole'));
      expect(Buffer.from(await aClient(server.endpoint).downloadFile('x')).toString()).to.equal('whole');
      const file = join(directory, 'out');
      const again = await startLoopback(cutAfter('hal'), bytes('whole'));
      await aClient(again.endpoint).downloadFile('x', { to: file });
      expect(await readFile(file, 'utf8')).to.equal('whole');
    });

    it('leaves a connection that breaks before the answer to the retries of every read', async () => {
      const server = await startLoopback(hangUp);
      const options = {
        poolManagementEndpoint: server.endpoint,
        authCallback: () => 'a-token',
        identifier: 'session-1',
        retries: 2,
      };
      const error = await rejectionOf(downloadToMemory(connectToPool(options, impatientClock), 'x', {}));
      expect(error).to.include({ code: 'network' });
      expect(server.requests).to.have.length(3);
    });

    it('writes a whole file or none, and nothing beside it', async () => {
      const file = join(directory, 'out.bin');
      const broken = await startLoopback(cutAfter('hal'));
      expect(await rejectionOf(aClient(broken.endpoint, { retries: 0 }).downloadFile('x', { to: file }))).to.include({
        code: 'network',
      });
      expect(await readdir(directory)).to.deep.equal([]);
      const server = await startLoopback(bytes('new'));
      await writeFile(file, 'old');
      expect(await aClient(server.endpoint).downloadFile('x', { to: file })).to.equal(undefined);
      expect(await readFile(file, 'utf8')).to.equal('new');
      expect(await readdir(directory)).to.deep.equal(['out.bin']);
    });

    it('replaces a symbolic link, and does not write through it', async () => {
      const outside = join(directory, 'outside');
      await writeFile(outside, 'untouched');
      await symlink(outside, join(directory, 'link'));
      const server = await startLoopback(bytes('new'));
      await aClient(server.endpoint).downloadFile('x', { to: join(directory, 'link') });
      expect(await readFile(outside, 'utf8')).to.equal('untouched');
      expect(await readFile(join(directory, 'link'), 'utf8')).to.equal('new');
    });

    for (const [what, target, code, message] of [
      ['a directory', async () => directory, 'invalid_request', 'is a directory'],
      ['a directory that does not exist', async () => join(directory, 'none', 'x'), 'not_found', 'The directory of'],
      ['no path', async () => '', 'invalid_request', 'is empty'],
      ['a path with NUL', async () => 'a\0b', 'invalid_request', 'NUL'],
      ['something else', async () => untyped(7), 'invalid_options', '`to`'],
    ] as const) {
      it(`refuses ${what} as the target`, async () => {
        const server = await startLoopback(bytes('x'));
        const failure = await rejectionOf(aClient(server.endpoint).downloadFile('x', { to: await target() }));
        expect(failure).to.include({ code });
        expect(failure.message).to.contain(message);
      });
    }

    it('takes no page for a file, and leaves what was there, unless a page is what was asked for', async () => {
      const page = { 'content-type': 'text/html; charset=utf-8' };
      const server = await startLoopback(text(200, '<html>Sign in</html>', page));
      const client = aClient(server.endpoint);
      const to = join(directory, 'kept.csv');
      await writeFile(to, 'a,b');
      const failure = await rejectionOf(client.downloadFile('table.csv', { to }));
      expect(failure).to.include({ code: 'invalid_response' });
      expect(failure.message).to.contain('`poolManagementEndpoint`');
      expect(await readFile(to, 'utf8')).to.equal('a,b');
      expect(Buffer.from(await client.downloadFile('page.html')).toString()).to.equal('<html>Sign in</html>');
    });

    it('fills a stream and closes it', async () => {
      const server = await startLoopback(bytes('one two'));
      const written: Uint8Array[] = [];
      let closed = false;
      const to = new WritableStream<Uint8Array>({
        write: (piece) => void written.push(piece),
        close: () => void (closed = true),
      });
      await aClient(server.endpoint).downloadFile('x', { to });
      expect([Buffer.concat(written).toString(), closed]).to.deep.equal(['one two', true]);
    });

    it('aborts a stream that cannot be filled, and does not start over in it', async () => {
      const server = await startLoopback(cutAfter('hal'), bytes('whole'));
      let aborted: unknown;
      const to = new WritableStream<Uint8Array>({ abort: (reason) => void (aborted = reason) });
      const error = await rejectionOf(aClient(server.endpoint).downloadFile('x', { to }));
      expect(error).to.include({ code: 'network' });
      expect(aborted).to.equal(error);
      expect(server.requests).to.have.length(1);
      const locked = new WritableStream<Uint8Array>();
      locked.getWriter();
      expect(await rejectionOf(aClient(server.endpoint).downloadFile('x', { to: locked }))).to.include({
        code: 'invalid_options',
      });
    });

    it('rejects with the reason of the caller and leaves nothing behind', async () => {
      const leaving = new AbortController();
      const reason = new Error('enough');
      const server = await startLoopback((_request, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => leaving.abort(reason));
      });
      const target = join(directory, 'sub');
      await mkdir(target);
      const call = aClient(server.endpoint).downloadFile('x', { to: join(target, 'out'), signal: leaving.signal });
      expect(await rejectionOf(call)).to.equal(reason);
      expect(await readdir(target)).to.deep.equal([]);
    });
  });
});
