import { expect } from 'chai';
import { request } from 'node:http';
import { type CellScript, SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { type CellAnswer, type EmulatorRequests, NEWEST, requestsTo } from '../helpers/emulator-requests.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { shapeOf } from '../helpers/shape-of.js';

const LEGACY = ['2024-02-02-preview', '2024-08-02-preview'];

// The code says what is to come of it.
const script: CellScript = (code) => {
  const { printed, ...outcome } = JSON.parse(code) as { printed?: number };
  return printed === undefined ? outcome : { stdout: 'x'.repeat(printed) };
};
const cell = (outcome: object): string => JSON.stringify({ code: JSON.stringify(outcome) });

const codeOf = (json: unknown): unknown => (json as { error?: { code?: unknown } } | undefined)?.error?.code;

describe('the emulator as a service', () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async () => {
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script, maxSessions: 3 });
    pool = requestsTo(emulator);
  });
  after(() => emulator.stop());
  afterEach(() => emulator.reset());

  describe('executing', () => {
    for (const version of LEGACY) {
      it(`answers wrapped and numbered in ${version}`, async () => {
        const body = JSON.stringify({ properties: { code: '{"value":2,"stdout":"hi"}', codeInputType: 'inline' } });
        const { status, json, headers } = await pool.call('POST', 'code/execute', { version, body });
        expect(status).to.equal(200);
        expect(headers.get('api-supported-versions')).to.equal(null);
        const { executionTimeInMilliseconds, ...properties } = (json as { properties: Record<string, unknown> })
          .properties;
        expect(executionTimeInMilliseconds).to.be.a('number');
        expect(json).to.have.property('$id', '1');
        expect(properties).to.deep.equal({ $id: '2', status: 'Success', stdout: 'hi', stderr: '', result: 2 });
      });
    }

    for (const [version, expected] of [
      ['2024-10-02-preview', 202],
      ['2025-02-02-preview', 202],
      ['2025-10-02-preview', 200],
    ] as const) {
      it(`answers ${expected}, flat, in ${version}`, async () => {
        const body = JSON.stringify({ code: '{"value":"two"}', executionType: 'synchronous' });
        const { status, json, headers } = await pool.call('POST', 'executions', { version, body });
        expect(status).to.equal(expected);
        expect(json).to.include({ identifier: 'session-1', executionType: 'synchronous', status: 'Succeeded' });
        expect(json).to.nested.include({ 'result.executionResult': 'two', 'result.stdout': '' });
        expect('$id' in (json as object)).to.equal(version.startsWith('2024'));
        expect(headers.get('api-supported-versions')?.split(', ').at(-1)).to.equal(version);
        expect(headers.get('mise-correlation-id')).to.match(/^[0-9a-f-]{36}$/);
        expect(Number(headers.get('x-ms-overall-execution-time'))).to.be.at.least(0);
        expect(headers.get('x-emulator')).to.match(/^\d+\.\d+\.\d+/);
      });
    }

    it('reports failing code as a result, with the traceback after what was printed to stderr', async () => {
      const answer = await pool.execute('{"stderr":"warned\\n","error":{"name":"ValueError","message":"no"}}');
      expect(answer).to.deep.equal({ status: 'Failed', value: '', stdout: '', stderr: 'warned\nValueError: no\n' });
    });

    it("uses the service's words for a timeout and for an interpreter that died", async () => {
      const late = await pool.execute('{"fate":"timeout","stdout":"so far"}');
      expect(late.status).to.equal('Failed');
      expect(late.stdout).to.equal('so far');
      expect(late.stderr).to.equal('Request timed out waiting for code execution to complete');
      expect((await pool.execute('{"fate":"died"}')).stderr).to.equal('Execution aborted');
      expect((await pool.execute('{"value":1}')).value).to.equal(1);
    });

    it('cuts each stream at 4096 characters, or at what outputStreamsMaxLength says', async () => {
      const code = JSON.stringify({ stdout: 'x'.repeat(5000) });
      expect((await pool.execute(code)).stdout).to.have.length(4096);
      expect((await pool.execute(code, { outputStreamsMaxLength: 4999 })).stdout).to.have.length(4999);
      const older = JSON.stringify({ code, outputStreamsMaxLength: 4999 });
      const { json } = await pool.call('POST', 'executions', { version: '2025-02-02-preview', body: older });
      expect((json as { result: { stdout: string } }).result.stdout).to.have.length(4096);
    });

    it("has the service's words on a line of their own, whole, whatever was printed to stderr before them", async () => {
      const words = 'Request timed out waiting for code execution to complete';
      const late = (stderr: string, most: number): Promise<CellAnswer> =>
        pool.execute(JSON.stringify({ fate: 'timeout', stderr }), { outputStreamsMaxLength: most });
      for (const [printed, most, kept] of [
        ['50%', 4096, '50%\n'],
        ['ended\n', 4096, 'ended\n'],
        ['x'.repeat(5000), 100, `${'x'.repeat(43)}\n`],
        ['x'.repeat(43), 100, `${'x'.repeat(43)}\n`],
        [`${'x'.repeat(43)}\n`, 100, `${'x'.repeat(43)}\n`],
        ['xxxx', 57, '\n'],
        ['xxxx', 9, ''],
      ] as const) {
        expect((await late(printed, most)).stderr, `${printed.length} of ${most}`).to.equal(
          `${kept.trimStart()}${words}`,
        );
      }
      const died = await pool.execute('{"fate":"died","stderr":"abc"}', { outputStreamsMaxLength: 9 });
      expect(died.stderr).to.equal('Execution aborted');
    });

    it('begins a traceback on a line of its own', async () => {
      const { stderr } = await pool.execute('{"stderr":"50%","error":{"name":"ValueError","message":"no"}}');
      expect(stderr).to.equal('50%\nValueError: no\n');
    });

    it('takes a timeout above the limit, and ends the code at the limit', async () => {
      const capped = await SessionPoolEmulator.start({
        engine: 'scripted',
        script: () => new Promise(() => undefined),
        timeoutInSeconds: 1,
      });
      try {
        const { status, stderr } = await requestsTo(capped).execute('x', { timeoutInSeconds: 600 });
        expect([status, stderr]).to.deep.equal(['Failed', 'Request timed out waiting for code execution to complete']);
      } finally {
        await capped.stop();
      }
    });

    it('runs code for which an empty kernel is asked in the one kernel that there is: nothing is preloaded in it', async () => {
      for (const useEmptyKernel of [true, false]) {
        const body = JSON.stringify({ code: '{"value":1}', useEmptyKernel });
        const { json } = await pool.call('POST', 'executions', { body });
        expect(json).to.nested.include({ status: 'Succeeded', 'result.executionResult': 1 });
      }
      const list = (await pool.call('GET', 'listSessions', { identifier: null })).json as { sessions: object[] };
      expect(list.sessions).to.have.length(1);
    });

    it('gives texts instead of values when the Jupyter format is asked for', async () => {
      const ask = { returnJupyterFormatExecutionResult: true };
      expect((await pool.execute('{"value":2}', ask)).value).to.equal('2');
      expect((await pool.execute('{"value":"nan"}', ask)).value).to.equal("'nan'");
      expect((await pool.execute('{}', ask)).value).to.equal(null);
    });

    it('decodes InlineBase64', async () => {
      const body = JSON.stringify({
        code: Buffer.from('{"value":"é"}').toString('base64'),
        codeInputType: 'InlineBase64',
      });
      const { json } = await pool.call('POST', 'executions', { body });
      expect(json).to.nested.include({ 'result.executionResult': 'é' });
    });

    it('takes Base64 whose lines are broken', async () => {
      const code = Buffer.from('{"value":1}').toString('base64').replace(/.{4}/g, '$&\r\n');
      const body = JSON.stringify({ code, codeInputType: 'inlinebase64' });
      expect((await pool.call('POST', 'executions', { body })).json).to.nested.include({ 'result.executionResult': 1 });
    });

    for (const [what, code] of [
      ['what is no Base64', '!!!not base64!!!'],
      ['a character that belongs to no alphabet', 'eyJ2YWx1ZSI6MX0*'],
      ['the alphabet of URLs', Buffer.from('"\u07ff\u07ff"').toString('base64url')],
      ['Base64 without its padding', Buffer.from('{"value":12}').toString('base64').replace(/=/g, '').slice(0, -1)],
      ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64')],
    ] as const) {
      it(`refuses ${what} as InlineBase64, and runs nothing`, async () => {
        const body = JSON.stringify({ code, codeInputType: 'InlineBase64' });
        const { status, json, text } = await pool.call('POST', 'executions', { body });
        expect([status, codeOf(json)]).to.deep.equal([400, 'SessionRequestValidationFailed']);
        expect(text).to.contain('Base64').and.not.contain(code);
        expect((await pool.call('GET', 'session')).status).to.equal(400);
      });
    }

    it('answers an asynchronous execution at once, and its result to whoever asks for it', async () => {
      const held: { release?: (outcome: object) => void } = {};
      const waiting = await SessionPoolEmulator.start({
        engine: 'scripted',
        script: () => new Promise((resolve) => (held.release = resolve)),
      });
      try {
        const { call } = requestsTo(waiting);
        const started = await call('POST', 'executions', { body: '{"code":"x","executionType":"Asynchronous"}' });
        expect(started.json).to.include({ status: 'Running', executionType: 'Asynchronous' });
        const location = new URL(started.headers.get('operation-location') ?? '');
        expect(location.href.startsWith(`${waiting.poolManagementEndpoint}/executions/`)).to.equal(true);
        const poll = async (): Promise<unknown> =>
          (await fetch(location, { headers: { authorization: `Bearer ${waiting.token}` } })).json();
        expect(await poll()).to.include({ status: 'Running' });
        held.release?.({ value: 7 });
        let answer = await poll();
        while ((answer as { status: string }).status === 'Running') answer = await poll();
        expect(answer).to.nested.include({ status: 'Succeeded', 'result.executionResult': 7 });
      } finally {
        await waiting.stop();
      }
    });

    it('forgets the oldest executions of a session once they are many or large, and never the latest', async () => {
      const run = (id: string, outcome: object): Promise<unknown> => {
        const body = JSON.stringify({ code: JSON.stringify(outcome), outputStreamsMaxLength: 32_000_000 });
        return pool.call('POST', 'executions', { body, headers: { 'operation-id': id } });
      };
      const isKnown = async (id: string): Promise<boolean> =>
        (await pool.call('GET', `executions/${id}`)).status === 200;
      for (let count = 0; count < 201; count += 1) await run(`small-${count}`, {});
      expect([await isKnown('small-0'), await isKnown('small-1')]).to.deep.equal([false, true]);
      const ids = ['large-1', 'large-2', 'large-3'];
      for (const id of ids) await run(id, { printed: 14_000_000 });
      const known = [];
      for (const id of ['small-200', ...ids]) known.push(await isKnown(id));
      expect(known).to.deep.equal([false, false, true, true]);
    });

    it('runs the code of one session one after the other, in the order asked', async () => {
      const order: string[] = [];
      const ends = new Map<string, () => void>();
      const serial = await SessionPoolEmulator.start({
        engine: 'scripted',
        script: async (code) => {
          order.push(`${code} begins`);
          await new Promise<void>((resolve) => ends.set(code, resolve));
          order.push(`${code} ends`);
          return {};
        },
      });
      try {
        const { call } = requestsTo(serial);
        const submit = async (code: string): Promise<unknown> =>
          call('POST', 'executions', { body: JSON.stringify({ code, executionType: 'Asynchronous' }) });
        await submit('a');
        await submit('b');
        for (const code of ['a', 'b']) {
          while (!ends.has(code)) await new Promise((resolve) => setImmediate(resolve));
          ends.get(code)?.();
        }
        while (order.length < 4) await new Promise((resolve) => setImmediate(resolve));
        expect(order).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends']);
      } finally {
        await serial.stop();
      }
    });

    for (const [what, body, code] of [
      ['a body that is wrapped in properties', '{"properties":{"code":"1"}}', 'SessionPropertiesMissing'],
      ['no code', '{}', 'SessionPropertiesMissing'],
      ['empty code', '{"code":""}', 'SessionPropertiesMissing'],
      ['a shell command', '{"shellCommand":"ls"}', 'SessionPropertiesMissing'],
      ['a body that is not JSON', 'print(1)', 'SessionPropertiesMissing'],
      ['a JSON list', '[]', 'SessionPropertiesMissing'],
      ['no body', undefined, 'SessionPropertiesMissing'],
      ['a timeout that is no number', '{"code":"{}","timeoutInSeconds":"9"}', 'SessionRequestValidationFailed'],
      ['a timeout of 0', '{"code":"{}","timeoutInSeconds":0}', 'SessionRequestValidationFailed'],
      ['an unknown input type', '{"code":"{}","codeInputType":"Url"}', 'SessionRequestValidationFailed'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const answer = await pool.call('POST', 'executions', { ...(body !== undefined && { body }) });
        expect([answer.status, codeOf(answer.json)]).to.deep.equal([400, code]);
        expect(answer.text).not.to.contain('print(1)');
      });
    }

    it('refuses code that is larger than the limit, after hearing all of it', async () => {
      const body = JSON.stringify({ code: 'x'.repeat(17 * 1024 * 1024) });
      const answer = await pool.call('POST', 'executions', { body });
      expect([answer.status, codeOf(answer.json)]).to.deep.equal([413, 'RequestEntityTooLarge']);
    });
  });

  describe('files', () => {
    it('keeps what is uploaded, byte for byte, and lists, describes and deletes it', async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, place) => place % 256);
      const name = 'a b#%&é 你.bin';
      const uploaded = await pool.upload(name, bytes);
      expect(uploaded.json).to.include({ name, type: 'file', sizeInBytes: 70_000, directory: '' });
      const path = `files/${encodeURIComponent(name)}`;
      const response = await fetch(
        `${emulator.poolManagementEndpoint}/${path}/content?identifier=session-1&api-version=${NEWEST}`,
        { headers: { authorization: `Bearer ${emulator.token}` } },
      );
      expect(response.headers.get('content-length')).to.equal('70000');
      expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), Buffer.from(bytes))).to.equal(0);
      expect((await pool.call('GET', path)).json).to.include({ name, contentType: 'application/octet-stream' });
      expect((await pool.call('GET', 'files')).json).to.have.nested.property('value[0].name', name);
      expect((await pool.call('DELETE', path)).status).to.equal(204);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
    });

    for (const version of LEGACY) {
      it(`has the routes and shapes of ${version}`, async () => {
        const form = new FormData();
        form.set('file', new Blob(['seven..']), '/mnt/data/cert.txt');
        const uploaded = await pool.call('POST', 'files/upload', { version, body: form });
        const time = (uploaded.json as { value: [{ properties: { lastModifiedTime: string } }] }).value[0].properties;
        expect(time.lastModifiedTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
        const properties = { $id: '3', filename: 'cert.txt', size: 7, lastModifiedTime: time.lastModifiedTime };
        expect(uploaded.json).to.deep.equal({ $id: '1', value: [{ $id: '2', properties }] });
        expect((await pool.call('GET', 'files', { version, query: { path: '' } })).json).to.deep.equal(uploaded.json);
        const file = await pool.call('GET', 'files/cert.txt', { version });
        expect(file.json).to.deep.equal({ $id: '1', properties: { ...properties, $id: '2' } });
        expect((await pool.call('GET', 'files/content/cert.txt', { version })).text).to.equal('seven..');
      });
    }

    it('refuses a part that has a type and no filename', async () => {
      const body =
        '--b\r\ncontent-disposition: form-data; name="file"\r\ncontent-type: application/octet-stream\r\n\r\nx\r\n--b--\r\n';
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const { status, json } = await pool.call('POST', 'files', { body, headers });
      expect(status).to.equal(400);
      expect(json).to.have.nested.property('error.message').that.contains('no part named "file" with a filename');
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
    });

    it('leaves type and content type out of the metadata of 2024-10-02-preview, as recorded', async () => {
      await pool.upload('cert.txt', 'x');
      const { json } = await pool.call('GET', 'files/cert.txt', { version: '2024-10-02-preview' });
      expect(Object.keys(json as object)).to.deep.equal(['$id', 'name', 'sizeInBytes', 'lastModifiedAt']);
    });

    it('puts a file into a folder that path names, and lists the levels one by one or all', async () => {
      await pool.upload('deep.txt', 'x', { query: { path: '/mnt/data/one/two' } });
      const names = async (query: Record<string, string>): Promise<string[]> => {
        const { json } = await pool.call('GET', 'files', { query });
        return (json as { value: { name: string; directory: string }[] }).value.map(
          (file) => `${file.directory}/${file.name}`,
        );
      };
      expect(await names({})).to.deep.equal(['/one']);
      expect(await names({ path: 'one' })).to.deep.equal(['one/two']);
      expect(await names({ recursive: 'true' })).to.deep.equal(['/one', 'one/two', 'one/two/deep.txt']);
      const content = await pool.call('GET', 'files/deep.txt/content', { query: { path: 'one/two/' } });
      expect(content.text).to.equal('x');
    });

    it('describes a folder as the examples of each version do', async () => {
      await pool.upload('a.txt', 'x', { query: { path: 'folder' } });
      const folder = async (version: string): Promise<unknown> =>
        shapeOf((await pool.call('GET', 'files/folder', { version })).json);
      const common = { name: 'folder', type: 'directory', lastModifiedAt: '<time>' };
      expect(await folder('2025-02-02-preview')).to.deep.equal(common);
      const content = { contentType: 'application/octet-stream', sizeInBytes: 4096 };
      expect(await folder('2025-10-02-preview')).to.deep.equal({ ...common, ...content, directory: '' });
      const properties = { $id: '2', filename: 'folder', size: 4096, lastModifiedTime: '<time>' };
      expect(await folder('2024-08-02-preview')).to.deep.equal({ $id: '1', properties });
    });

    it('replaces a file of the same name', async () => {
      await pool.upload('a.txt', 'first');
      await pool.upload('a.txt', 'second');
      expect((await pool.call('GET', 'files/a.txt/content')).text).to.equal('second');
    });

    for (const [what, path, query] of [
      ['a file that does not exist', 'files/none.txt/content', {}],
      ["a folder in a file's place", 'files/folder/content', {}],
      ['the metadata of nothing', 'files/none.txt', {}],
      ['a folder that does not exist', 'files', { path: 'none' }],
    ] as const) {
      it(`answers 404 for ${what}`, async () => {
        await pool.upload('x', 'x', { query: { path: 'folder' } });
        const answer = await pool.call('GET', path, { query });
        expect([answer.status, codeOf(answer.json)]).to.deep.equal([404, 'FileNotFound']);
      });
    }

    it('says of a folder that it is one where a file is read or deleted, and keeps what is in it', async () => {
      await pool.upload('x', 'x', { query: { path: 'folder' } });
      expect((await pool.call('GET', 'files/folder/content')).text).to.contain('This is a folder');
      for (const version of [...LEGACY, '2024-10-02-preview', NEWEST]) {
        const deleted = await pool.call('DELETE', 'files/folder', { version });
        expect([deleted.status, codeOf(deleted.json)]).to.deep.equal([400, 'SessionRequestValidationFailed']);
        expect(deleted.text).to.contain('This is a folder');
      }
      const client = new SessionsClient({ ...emulator.connection, identifier: 'session-1' });
      const failure = await rejectionOf(client.deleteFile('folder'));
      expect(failure).to.include({ code: 'invalid_request' });
      expect(failure.message).to.contain('only files can be deleted');
      expect((await pool.call('GET', 'files/x/content', { query: { path: 'folder' } })).text).to.equal('x');
    });

    for (const name of [
      '..',
      '%2e%2e',
      '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      'a%2fb',
      'a%5cb',
      'nul%00',
      'x'.repeat(300),
      '%zz',
    ]) {
      it(`refuses the name ${name.slice(0, 40)}`, async () => {
        const answer = await rawGet(emulator, `files/${name}/content`);
        expect(answer.status).to.equal(400);
      });
    }

    it('refuses a path with .. in it', async () => {
      expect((await pool.call('GET', 'files', { query: { path: '../..' } })).status).to.equal(400);
      expect((await pool.upload('a', 'x', { query: { path: 'a/../../b' } })).status).to.equal(400);
    });

    it('refuses an upload without a part named file, or that is no multipart body', async () => {
      const form = new FormData();
      form.set('other', new Blob(['x']), 'x.txt');
      expect((await pool.call('POST', 'files', { body: form })).status).to.equal(400);
      expect((await pool.call('POST', 'files', { body: '{}' })).status).to.equal(400);
      const cutOff = { 'content-type': 'multipart/form-data; boundary=b' };
      expect((await pool.call('POST', 'files', { body: '--b\r\nConte', headers: cutOff })).status).to.equal(400);
    });

    it('answers 413 to a file above 128 MB and keeps nothing of it', async () => {
      const answer = await pool.upload('big.bin', new Uint8Array(128 * 1024 * 1024 + 1));
      expect([answer.status, codeOf(answer.json)]).to.deep.equal([413, 'RequestEntityTooLarge']);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
    });
  });

  describe('sessions', () => {
    it('makes one at the first call, and a new one after it was deleted', async () => {
      expect((await pool.call('GET', 'session')).status).to.equal(400);
      await pool.upload('a.txt', 'x');
      const first = (await pool.call('GET', 'session')).json as Record<string, string>;
      expect(Object.keys(first)).to.deep.equal(['identifier', 'createdAt', 'lastAccessedAt', 'expireAt', 'etag']);
      expect((await pool.call('DELETE', 'session')).status).to.equal(204);
      const gone = await pool.call('GET', 'session');
      expect([gone.status, codeOf(gone.json)]).to.deep.equal([400, 'SessionWithIdentifierNotFound']);
      expect((await pool.call('DELETE', 'session')).status).to.equal(400);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
      expect(((await pool.call('GET', 'session')).json as Record<string, string>)['etag']).not.to.equal(first['etag']);
    });

    it('expires a session after the cooldown since its last call, and no sooner', async () => {
      await pool.upload('a.txt', 'x');
      await emulator.advance(299_000);
      expect((await pool.call('GET', 'files')).json).to.have.nested.property('value[0].name', 'a.txt');
      await emulator.advance(299_000);
      expect((await pool.call('GET', 'files')).json).to.have.nested.property('value[0].name', 'a.txt');
      await emulator.advance(300_000);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
    });

    it('answers 429 with Retry-After when it is full, and serves those that are there', async () => {
      for (const identifier of ['full-1', 'full-2', 'full-3']) await pool.call('GET', 'files', { identifier });
      const full = await pool.call('GET', 'files', { identifier: 'full-4' });
      expect([full.status, codeOf(full.json), full.headers.get('retry-after')]).to.deep.equal([
        429,
        'TooManySessions',
        '1',
      ]);
      expect((await pool.call('GET', 'files', { identifier: 'full-1' })).status).to.equal(200);
      const list = (await pool.call('GET', 'listSessions', { identifier: null })).json as { sessions: object[] };
      expect(list.sessions).to.have.length(3);
    });

    it('lists 300 at a time, with a link to the next', async () => {
      const large = await SessionPoolEmulator.start({ engine: 'scripted', script, warm: 0, maxSessions: 301 });
      try {
        const { call } = requestsTo(large);
        const names = Array.from({ length: 301 }, (_, number) => `many-${number}`);
        for (const identifier of names) await call('GET', 'files', { identifier });
        const headers = { authorization: `Bearer ${large.token}` };
        const first = (await call('GET', 'listSessions')).json as { sessions: object[]; nextLink: string };
        const second = (await (await fetch(first.nextLink, { headers })).json()) as typeof first;
        expect([first.sessions.length, second.sessions.length, second.nextLink]).to.deep.equal([300, 1, undefined]);
        const managed = (await call('POST', '.management/listSessions')).json;
        expect(managed).to.include({ count: 300 });
        expect(managed).to.have.property('nextLink').that.contains('skip=300');
      } finally {
        await large.stop();
      }
    });

    it('is told about and stopped by the management verbs, which make none', async () => {
      const missing = await pool.call('POST', '.management/getSession');
      expect([missing.status, codeOf(missing.json)]).to.deep.equal([400, 'SessionWithIdentifierNotFound']);
      await pool.upload('a.txt', 'x');
      const { json } = await pool.call('POST', '.management/getSession');
      expect(json).to.include({ identifier: 'session-1' }).and.have.property('expiresAt');
      const stopped = await pool.call('POST', '.management/stopSession');
      expect([stopped.status, stopped.headers.get('content-type')]).to.deep.equal([200, 'text/plain; charset=utf-8']);
      expect((await pool.call('POST', '.management/stopSession')).status).to.equal(400);
    });

    for (const identifier of ['abc', 'x'.repeat(129), 'with blank', 'é-accent', '']) {
      it(`refuses the identifier "${identifier.slice(0, 20)}" without repeating it`, async () => {
        const answer = await pool.call('GET', 'files', { identifier });
        expect([answer.status, codeOf(answer.json)]).to.deep.equal([400, 'SessionRequestValidationFailed']);
        if (identifier) expect(answer.text).not.to.contain(identifier);
      });
    }
  });

  describe('the gate', () => {
    it('answers 401 without a token or with another, and challenges', async () => {
      for (const token of [null, 'wrong', `${emulator.token}x`]) {
        const answer = await pool.call('GET', 'files', { token });
        expect(answer.status).to.equal(401);
        expect(answer.headers.get('www-authenticate')).to.match(/^Bearer/);
      }
    });

    it('refuses a foreign Origin and a foreign Host', async () => {
      const origin = await rawGet(emulator, 'files', { origin: 'https://evil.example' });
      const host = await rawGet(emulator, 'files', { host: 'evil.example' });
      expect([origin.status, host.status]).to.deep.equal([403, 403]);
    });

    it('needs no token for its health and liveness, but for its journal and reset', async () => {
      const at = (path: string): URL => new URL(`/_emulator/${path}`, emulator.poolManagementEndpoint);
      const headers = { authorization: `Bearer ${emulator.token}` };
      expect((await fetch(at('alive'))).status).to.equal(200);
      expect((await fetch(at('health'))).status).to.be.oneOf([200, 503]);
      expect((await fetch(at('requests'))).status).to.equal(401);
      expect((await fetch(at('reset'), { method: 'POST' })).status).to.equal(401);
      await pool.upload('a.txt', 'x');
      const journal = (await (await fetch(at('requests'), { headers })).json()) as { value: object[] };
      expect(journal.value.at(-1)).to.include({ method: 'POST', status: 200, identifier: 'session-1' });
      expect((await fetch(at('reset'), { method: 'POST', headers })).status).to.equal(204);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
    });
  });

  describe('failNext', () => {
    it('answers with a status once, and the operation is not carried out', async () => {
      emulator.failNext({ operation: 'uploadFile', status: 503, headers: { 'retry-after': '2' } });
      const failed = await pool.upload('a.txt', 'x');
      expect([failed.status, failed.headers.get('retry-after')]).to.deep.equal([503, '2']);
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ value: [] });
      expect((await pool.upload('a.txt', 'x')).status).to.equal(200);
    });

    it('leaves other operations alone, and applies as many times as it says', async () => {
      emulator.failNext({ operation: 'execute', status: 429, times: 2, body: 'busy' });
      expect((await pool.call('GET', 'files')).status).to.equal(200);
      const codes = [];
      for (let time = 0; time < 3; time += 1)
        codes.push((await pool.call('POST', 'executions', { body: cell({}) })).status);
      expect(codes).to.deep.equal([429, 429, 200]);
    });

    it('breaks the connection before or after the operation', async () => {
      for (const [reset, files] of [
        ['before', 0],
        ['after', 1],
      ] as const) {
        emulator.failNext({ reset });
        const outcome = await pool.upload('a.txt', 'x').catch(() => 'broken');
        expect(outcome).to.equal('broken');
        const { json } = await pool.call('GET', 'files');
        expect((json as { value: object[] }).value).to.have.length(files);
      }
      expect(emulator.requests.filter(({ status }) => status === 0)).to.have.length(2);
    });

    it('truncates an answer', async () => {
      await pool.upload('a.txt', 'abcdefgh');
      emulator.failNext({ operation: 'downloadFile', truncateAt: 3 });
      const outcome = await pool.call('GET', 'files/a.txt/content').catch(() => 'broken');
      expect(outcome).to.equal('broken');
      expect((await pool.call('GET', 'files/a.txt/content')).text).to.equal('abcdefgh');
    });

    it('refuses a rule that does nothing or is misspelt', () => {
      for (const rule of [{}, { operation: 'exekute', status: 500 }, { statsu: 500 }, { status: 99 }, { body: 'x' }]) {
        expect(() => emulator.failNext(rule))
          .to.throw()
          .with.property('code', 'invalid_options');
      }
    });
  });

  it('keeps the token out of what is printed of it', async () => {
    const { inspect } = await import('node:util');
    expect(inspect(emulator, { depth: 5, showHidden: true })).not.to.contain(emulator.token);
    expect(inspect(emulator.connection, { depth: 5 })).not.to.contain(emulator.token);
    expect(JSON.stringify(emulator)).not.to.contain(emulator.token);
  });

  it('gives its token through the auth callback, with the time of its end', async () => {
    const given = await emulator.authCallback({ scope: 'any', forceRefresh: false });
    expect(given).to.have.property('token', emulator.token);
  });
});

function rawGet(
  { poolManagementEndpoint, token }: SessionPoolEmulator,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number }> {
  const { hostname, port, pathname } = new URL(poolManagementEndpoint);
  return new Promise((resolve, reject) => {
    // A URL object would resolve the dots before they are sent.
    const target = `${pathname}/${path}?identifier=session-1&api-version=${NEWEST}`;
    request({ hostname, port, path: target, headers: { authorization: `Bearer ${token}`, ...headers } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
    })
      .on('error', reject)
      .end();
  });
}
