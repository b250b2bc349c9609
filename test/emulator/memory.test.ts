import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

const PROGRAM = fileURLToPath(new URL('../helpers/emulator-memory-program.js', import.meta.url));
const MB = 1024 * 1024;
const FILE_MB = 120;

describe('the memory of an emulator', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip(); // Where /proc tells of another process's memory.
  });

  it('stays flat while 120 MB go up, one after the other, and down', async () => {
    const program = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface({ input: program.stdout }), 'line')) as [string];
      const { poolManagementEndpoint, token } = JSON.parse(line) as Record<string, string>;
      const query = '?identifier=memory-1&api-version=2025-10-02-preview';
      const send = (method: string, path: string, body?: Iterable<Buffer>): Promise<number> =>
        transfer({ method, url: `${poolManagementEndpoint}/${path}${query}`, token: token ?? '', body });
      await send('GET', 'files');
      const before = peakMb(program.pid);
      for (let round = 0; round < 3; round += 1) {
        expect(await send('POST', 'files', multipart())).to.be.below(1000);
        expect(await send('GET', 'files/large.bin/content')).to.equal(FILE_MB * MB);
      }
      expect(peakMb(program.pid) - before).to.be.below(100);
    } finally {
      program.kill('SIGTERM');
      await once(program, 'close');
    }
  });

  it('does not grow over 1,000 executions in one session, in the emulator and in the interpreter', async () => {
    const emulator = await SessionPoolEmulator.start({ warm: 0 });
    try {
      const { execute } = requestsTo(emulator);
      const health = await (async () => {
        await execute('1');
        return (await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint))).json();
      })();
      const { processId } = (health as { sessions: [{ processId: number }] }).sessions[0];
      const round = async (): Promise<void> => {
        for (let count = 0; count < 250; count += 1) {
          const { value } = await execute(`print("x" * 1000)\ndata = list(range(1000))\nsum(data) + ${count}`);
          expect(value).to.equal(499_500 + count);
        }
      };
      // The first rounds fill caches and heaps, once.
      await round();
      await round();
      const before = { child: residentMb(processId), own: process.memoryUsage().heapUsed / MB };
      await round();
      await round();
      expect(residentMb(processId) - before.child).to.be.below(12);
      expect(process.memoryUsage().heapUsed / MB - before.own).to.be.below(30);
    } finally {
      await emulator.stop();
    }
  });
});

function* multipart(): Generator<Buffer> {
  yield Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="large.bin"\r\n\r\n');
  const piece = Buffer.alloc(MB, 'x');
  for (let count = 0; count < FILE_MB; count += 1) yield piece;
  yield Buffer.from('\r\n--b--\r\n');
}

/** How many bytes came back. */
async function transfer(options: {
  method: string;
  url: string;
  token: string;
  body: Iterable<Buffer> | undefined;
}): Promise<number> {
  const { method, url, token, body } = options;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' };
  const outgoing = request(url, { method, headers });
  const answered = once(outgoing, 'response');
  await Promise.all([pipeline(Readable.from(body ?? []), outgoing), answered]);
  const [response] = (await answered) as [Readable];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) length += chunk.length;
  return length;
}

function peakMb(processId: number | undefined): number {
  return fromStatus(processId, 'VmHWM');
}

function residentMb(processId: number): number {
  return fromStatus(processId, 'VmRSS');
}

function fromStatus(processId: number | undefined, field: string): number {
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
