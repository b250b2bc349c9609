import { expect } from 'chai';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { shapeOf } from '../helpers/shape-of.js';

const run = promisify(execFile);
const SESSION = 'recorded-session';

/** A request of the Azure CLI against the live service, and what came back. */
interface Recording {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
  readonly status: number;
  /** Every field and, of the headers, those that are not the web server's own. */
  readonly body: unknown;
  readonly headers: readonly string[];
}

const TIMINGS = [
  'x-ms-allocation-retries',
  'x-ms-allocation-time',
  'x-ms-container-execution-duration',
  'x-ms-execution-read-response-time',
  'x-ms-execution-request-time',
  'x-ms-overall-execution-time',
  'x-ms-preparation-time',
  'x-ms-session-guid',
  'x-ms-total-execution-service-time',
];
const EXECUTE = ['-X', 'POST', '-H', 'Content-Type: application/json', '--data-binary'];

// The part has no content type, which curl's own forms cannot leave out.
const UPLOAD = ['-X', 'POST', '-H', 'Content-Type: multipart/form-data; boundary=b', '--data-binary', '@body.txt'];

// The recordings named `server` and `x-powered-by` as well: they speak of software that this is not.
const LEGACY: readonly Recording[] = [
  {
    name: 'execute',
    args: [
      ...EXECUTE,
      `{"properties":{"identifier":"${SESSION}","codeInputType":"inline","executionType":"synchronous","code":"print('Hello world')","timeoutInSeconds":60}}`,
    ],
    path: 'code/execute?',
    status: 200,
    body: {
      $id: '1',
      properties: {
        $id: '2',
        status: 'Success',
        stdout: 'Hello world\n',
        stderr: '',
        result: '',
        executionTimeInMilliseconds: '<ms>',
      },
    },
    headers: ['content-type', 'mise-correlation-id', ...TIMINGS],
  },
  {
    name: 'upload',
    args: UPLOAD,
    path: 'files/upload?',
    status: 200,
    body: {
      $id: '1',
      value: [{ $id: '2', properties: { $id: '3', filename: 'cert.txt', size: 7, lastModifiedTime: '<time>' } }],
    },
    headers: ['content-type', 'mise-correlation-id'],
  },
  {
    name: 'list',
    args: [],
    path: 'files?path=&',
    status: 200,
    body: {
      $id: '1',
      value: [{ $id: '2', properties: { $id: '3', filename: 'cert.txt', size: 7, lastModifiedTime: '<time>' } }],
    },
    headers: ['content-type', 'mise-correlation-id'],
  },
  {
    name: 'metadata',
    args: [],
    path: 'files/cert.txt?',
    status: 200,
    body: { $id: '1', properties: { $id: '2', filename: 'cert.txt', size: 7, lastModifiedTime: '<time>' } },
    headers: ['content-type', 'mise-correlation-id'],
  },
  {
    name: 'content',
    args: [],
    path: 'files/content/cert.txt?',
    status: 200,
    body: 'testing',
    headers: ['content-type', 'content-length', 'mise-correlation-id'],
  },
  {
    name: 'delete',
    args: ['-X', 'DELETE'],
    path: 'files/cert.txt?',
    status: 204,
    body: '',
    headers: ['mise-correlation-id'],
  },
];

const CURRENT_HEADERS = ['content-type', 'mise-correlation-id', 'api-supported-versions'];
const CURRENT: readonly Recording[] = [
  {
    name: 'execute',
    args: [
      ...EXECUTE,
      `{"codeInputType":"inline","executionType":"synchronous","code":"print('Hello world')","timeoutInSeconds":60}`,
    ],
    path: 'executions?',
    status: 202,
    body: {
      $id: '1',
      id: '<guid>',
      identifier: SESSION,
      executionType: 'synchronous',
      status: 'Succeeded',
      result: {
        $id: '2',
        stdout: 'Hello world\n',
        stderr: '',
        executionResult: '',
        executionTimeInMilliseconds: '<ms>',
      },
    },
    headers: [...CURRENT_HEADERS, ...TIMINGS],
  },
  {
    name: 'upload',
    args: UPLOAD,
    path: 'files?',
    status: 200,
    body: { $id: '1', name: 'cert.txt', type: '', contentType: '', sizeInBytes: 7, lastModifiedAt: '<time>' },
    headers: CURRENT_HEADERS,
  },
  {
    name: 'list',
    args: [],
    path: 'files?path=&',
    status: 200,
    body: {
      $id: '1',
      value: [
        {
          $id: '2',
          name: 'cert.txt',
          type: 'file',
          contentType: 'text/plain; charset=utf-8',
          sizeInBytes: 7,
          lastModifiedAt: '<time>',
        },
      ],
    },
    headers: CURRENT_HEADERS,
  },
  {
    name: 'metadata',
    args: [],
    path: 'files/cert.txt?',
    status: 200,
    body: { $id: '1', name: 'cert.txt', sizeInBytes: 7, lastModifiedAt: '<time>' },
    headers: CURRENT_HEADERS,
  },
  {
    name: 'content',
    args: [],
    path: 'files/cert.txt/content?',
    status: 200,
    body: 'testing',
    headers: [...CURRENT_HEADERS, 'content-length'],
  },
  {
    name: 'delete',
    args: ['-X', 'DELETE'],
    path: 'files/cert.txt?',
    status: 204,
    body: '',
    headers: ['mise-correlation-id', 'api-supported-versions'],
  },
];

// What any web server adds, and what says that this one is an emulator.
const OWN_HEADERS: ReadonlySet<string> = new Set(['connection', 'content-length', 'date', 'keep-alive', 'x-emulator']);

describe('the requests that were recorded at the live service', () => {
  let emulator: SessionPoolEmulator;
  let folder: string;
  before(async function () {
    if (spawnSync('curl', ['--version']).status !== 0) return this.skip(); // Nothing else is a client nobody here wrote.
    folder = mkdtempSync(join(tmpdir(), 'recorded-'));
    const head = 'Content-Disposition: form-data; name="file"; filename="cert.txt"';
    writeFileSync(join(folder, 'body.txt'), `--b\r\n${head}\r\n\r\ntesting\r\n--b--\r\n`);
    emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: (code) => (code === "print('Hello world')" ? { stdout: 'Hello world\n' } : {}),
      variants: { emptyUploadTypes: true },
    });
  });
  after(async () => {
    await emulator?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  const curl = async (
    { args, path }: Recording,
    version: string,
  ): Promise<{ head: Headers; body: unknown; status: number }> => {
    const url = `${emulator.poolManagementEndpoint}/${path}identifier=${SESSION}&api-version=${version}`;
    const always = [
      '--silent',
      '--show-error',
      '--include',
      '--max-time',
      '20',
      '-H',
      `Authorization: Bearer ${emulator.token}`,
    ];
    const { stdout } = await run('curl', [...always, ...args, url], { cwd: folder });
    const end = stdout.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = stdout.slice(0, end).split('\r\n');
    const head = new Headers(
      lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const text = stdout.slice(end + 4);
    const isJson = head.get('content-type')?.startsWith('application/json') === true;
    return { head, body: isJson ? shapeOf(JSON.parse(text)) : text, status: Number(statusLine.split(' ')[1]) };
  };

  for (const [version, recordings] of [
    ['2024-02-02-preview', LEGACY],
    ['2024-10-02-preview', CURRENT],
  ] as const) {
    it(`of ${version} are answered as they were, field by field and header by header`, async () => {
      for (const recording of recordings) {
        const { head, body, status } = await curl(recording, version);
        expect(status, recording.name).to.equal(recording.status);
        expect(body, recording.name).to.deep.equal(recording.body);
        const names = [...head.keys()].filter((name) => !OWN_HEADERS.has(name) || recording.headers.includes(name));
        expect(names.sort(), recording.name).to.deep.equal([...recording.headers].sort());
        if (recording.headers.includes('api-supported-versions')) {
          expect(head.get('api-supported-versions')).to.equal('2024-10-02-preview');
        }
        if (status !== 204) {
          const media = recording.name === 'content' ? 'application/octet-stream' : 'application/json; charset=utf-8';
          expect(head.get('content-type')).to.equal(media);
        }
      }
    });
  }
});
