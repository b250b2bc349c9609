import { expect } from 'chai';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendAnswer } from '../../src/emulator/answer.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { listen } from '../../src/emulator/listen.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { rawSocket, type RawSocket } from '../helpers/raw-socket.js';

describe('the port, spoken to by hand', () => {
  let emulator: SessionPoolEmulator;
  let held: (() => void) | undefined;
  let hasBegun: (() => void) | undefined;
  before(async () => {
    emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (code) => {
        hasBegun?.();
        return code === 'hold' ? new Promise((resolve) => (held = () => resolve({}))) : { value: 1 };
      },
    });
  });
  after(() => emulator.stop());
  beforeEach(() => emulator.reset());
  afterEach(async () => {
    expect((await requestsTo(emulator).call('GET', 'files')).status, 'the emulator lives on').to.equal(200);
  });

  const query = 'identifier=session-1&api-version=2025-10-02-preview';
  const head = (method: string, path: string, ...more: readonly string[]): string => {
    const { host, pathname } = new URL(emulator.poolManagementEndpoint);
    const lines = [`${method} ${pathname}/${path}?${query} HTTP/1.1`, `host: ${host}`];
    return [...lines, `authorization: Bearer ${emulator.token}`, ...more, '', ''].join('\r\n');
  };
  const connect = (): Promise<RawSocket> => rawSocket(emulator.poolManagementEndpoint);

  for (const [what, bytes, status, code] of [
    ['what is no HTTP at all', 'hello\r\n\r\n', 400, 'SessionRequestValidationFailed'],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'SessionRequestValidationFailed'],
    [
      'a length that is no number',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n',
      400,
      'SessionRequestValidationFailed',
    ],
    [
      'a length above any',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999999999999\r\n\r\n',
      400,
      'SessionRequestValidationFailed',
    ],
    [
      'a head of 100 kB',
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`,
      431,
      'RequestHeadersTooLarge',
    ],
    [
      'two contradicting lengths',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'SessionRequestValidationFailed',
    ],
  ] as const) {
    it(`answers ${what} with ${status} in JSON and closes`, async () => {
      const raw = await connect();
      raw.write(Buffer.from(bytes, 'latin1'));
      const [line = '', body = '{}'] = (await raw.closed).split('\r\n\r\n');
      expect(line).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      expect(JSON.parse(body)).to.have.nested.property('error.code', code);
    });
  }

  it('answers pipelined requests in their order', async () => {
    const raw = await connect();
    const form = 'content-length: 16';
    raw.write(
      `${head('GET', 'files')}${head('POST', 'executions', form)}{"code":"now"}  ${head('GET', 'nowhere', 'connection: close')}`,
    );
    const statuses = [...(await raw.closed).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    expect(statuses).to.deep.equal(['200', '200', '400']);
  });

  describe('a target in the absolute form', () => {
    const line = (target: string, ...more: readonly string[]): string =>
      [`GET ${target} HTTP/1.1`, `authorization: Bearer ${emulator.token}`, 'connection: close', ...more, '', ''].join(
        '\r\n',
      );
    const answerTo = async (bytes: string): Promise<string> => {
      const raw = await connect();
      raw.write(bytes);
      return raw.closed;
    };

    it('is served and noted down like one that begins with the path, whatever the Host header says', async () => {
      const { host } = new URL(emulator.poolManagementEndpoint);
      for (const named of [host, 'elsewhere.example']) {
        const answer = await answerTo(line(`${emulator.poolManagementEndpoint}/files?${query}`, `host: ${named}`));
        expect(answer).to.match(/^HTTP\/1\.1 200 /);
      }
      const { pathname } = new URL(emulator.poolManagementEndpoint);
      expect(emulator.requests.at(-1)).to.include({ path: `${pathname}/files`, identifier: 'session-1', status: 200 });
      const alive = new URL('/_emulator/alive', emulator.poolManagementEndpoint);
      expect(await answerTo(line(alive.href, `host: ${host}`))).to.contain('"alive"');
      expect(emulator.requests.map(({ path }) => path)).not.to.include('/_emulator/alive');
    });

    for (const [what, authority] of [
      ['another host', 'elsewhere.example'],
      ['a user on this host', 'localhost@elsewhere.example'],
      ['no host', ''],
    ] as const) {
      it(`is refused where it names ${what}`, async () => {
        const { host, pathname } = new URL(emulator.poolManagementEndpoint);
        const answer = await answerTo(line(`http://${authority}${pathname}/files?${query}`, `host: ${host}`));
        expect(answer).to.match(/^HTTP\/1\.1 4\d\d /);
        expect(answer).not.to.contain('"value"');
      });
    }
  });

  it('gives a request that runs its own answer, whatever comes after it, and then closes', async () => {
    const raw = await connect();
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    // In one piece, so that what comes after is seen while the request runs.
    raw.write(`${head('POST', 'executions', 'content-length: 15')}{"code":"hold"}no HTTP\r\n\r\n`);
    await begun;
    held?.();
    const answers = [...(await raw.closed).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    expect(answers).to.deep.equal(['200']);
  });

  for (const [what, bytes] of [
    ['half of a head', () => head('GET', 'files').slice(0, 40)],
    ['half of a body', () => `${head('POST', 'executions', 'content-length: 100')}{"code":`],
    [
      'a length that never comes',
      () => `${head('POST', 'executions', 'content-length: 9007199254740991')}{"code":"x"}`,
    ],
    [
      'half of an upload',
      () =>
        `${head('POST', 'files', 'content-length: 1000', 'content-type: multipart/form-data; boundary=b')}--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf`,
    ],
    [
      'a chunk without its bytes',
      () => `${head('POST', 'executions', 'transfer-encoding: chunked')}ffffff\r\n{"code":`,
    ],
  ] as const) {
    it(`survives ${what}, after which the other side is gone, and keeps nothing of it`, async () => {
      const raw = await connect();
      raw.write(bytes());
      raw.socket.resetAndDestroy();
      await raw.closed;
      expect((await requestsTo(emulator).call('GET', 'files')).json).to.deep.equal({ value: [] });
    });
  }

  for (const size of ['zz', '-1', 'fffffffffffffffff']) {
    it(`breaks off at a chunk of the size ${size}`, async () => {
      const raw = await connect();
      raw.write(`${head('POST', 'executions', 'transfer-encoding: chunked')}${size}\r\n{"code":"now"}\r\n0\r\n\r\n`);
      expect(await raw.closed).not.to.contain('Succeeded');
    });
  }

  it('takes a body in chunks of one byte', async () => {
    const raw = await connect();
    const chunks = [...'{"code":"now"}'].map((character) => `1\r\n${character}\r\n`).join('');
    raw.write(`${head('POST', 'executions', 'transfer-encoding: chunked', 'connection: close')}${chunks}0\r\n\r\n`);
    expect(await raw.closed).to.contain('"Succeeded"');
  });

  for (const [what, bytes, expected] of [
    ['takes JSON after a byte order mark', Buffer.from('\ufeff{"code":"now"}'), '"Succeeded"'],
    ['refuses JSON whose bytes are no text', Buffer.from('{"code":"\xff"}', 'latin1'), 'SessionPropertiesMissing'],
    ['refuses JSON in UTF-16', Buffer.from('{"code":"now"}', 'utf16le'), 'SessionPropertiesMissing'],
    ['refuses JSON that is nested without end', Buffer.from('['.repeat(1_000_000)), 'SessionPropertiesMissing'],
  ] as const) {
    it(what, async () => {
      const raw = await connect();
      raw.write(head('POST', 'executions', `content-length: ${bytes.length}`, 'connection: close'));
      raw.write(bytes);
      expect(await raw.closed).to.contain(expected);
    });
  }

  it('says 100 to a client that waits for it', async () => {
    const raw = await connect();
    raw.write(head('POST', 'executions', 'content-length: 14', 'expect: 100-continue', 'connection: close'));
    await raw.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    raw.write('{"code":"now"}');
    expect(await raw.closed).to.contain('"Succeeded"');
  });

  it('refuses requests without a Host, or with one that is somebody else', async () => {
    for (const [line, expected] of [
      ['GET / HTTP/1.0\r\n\r\n', 403],
      ['GET / HTTP/1.1\r\n\r\n', 400],
      ['GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n', 403],
      ['GET / HTTP/1.1\r\nhost: localhost.evil.example\r\n\r\n', 403],
      ['GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n', 403],
    ] as const) {
      const raw = await connect();
      raw.write(line);
      raw.socket.end();
      expect(await raw.closed, line).to.match(new RegExp(`^HTTP/1.1 ${expected} `));
    }
  });

  it('refuses requests that a web page makes, a picture on it included', async () => {
    for (const header of ['origin: https://evil.example', 'origin: null', 'sec-fetch-site: cross-site']) {
      const raw = await connect();
      raw.write(head('GET', 'files', header, 'connection: close'));
      expect(await raw.closed, header).to.match(/^HTTP\/1\.1 403 /);
    }
  });
});

describe('listen', () => {
  const limits = { headersMs: 40, requestMs: 40, checkEveryMs: 10 };
  for (const [what, bytes] of [
    ['the head', 'GET / HTTP/1.1\r\nhost:'],
    ['the body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab'],
  ] as const) {
    it(`cuts off who does not send the rest of ${what}`, async () => {
      const handler = async (message: AsyncIterable<unknown>): Promise<void> => {
        for await (const _chunk of message);
      };
      const server = await listen(handler, { host: '127.0.0.1', port: 0 }, limits);
      const raw = await rawSocket(`http://127.0.0.1:${server.port}`);
      raw.write(bytes);
      expect(await raw.closed).to.match(what === 'the head' ? /^HTTP\/1\.1 408 [^]*RequestTimeout/ : /^$/);
      await server.close();
    });
  }
});

describe('sendAnswer', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'answer-'));
    path = join(folder, 'large.bin');
    writeFileSync(path, '');
    truncateSync(path, 64 * 1024 * 1024);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('breaks off an answer that nobody takes, and closes the file', async () => {
    const opened: FileHandle[] = [];
    let sent: (() => void) | undefined;
    const over = new Promise<void>((resolve) => (sent = resolve));
    const server = createServer((_message, response) => {
      void open(path).then(async (handle) => {
        opened.push(handle);
        await sendAnswer(response, { type: 'file', handle, size: 64 * 1024 * 1024 }, { idleMs: 50 });
        sent?.();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const raw = await rawSocket(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    raw.socket.pause();
    raw.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await over;
    expect(opened.map(({ fd }) => fd)).to.deep.equal([-1]);
    raw.socket.destroy();
    server.close();
  });
});
