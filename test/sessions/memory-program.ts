// Runs in a process of its own, which trusts the certificate of the pool; prints by how much the transfer that TRANSFER
// names has raised its resident set, over https or over plain http, as PROTOCOL says.
//
// The collector runs after every second megabyte. Left alone, it lets some 30 MB of dead buffers pile up before it comes, whoever
// reads from a socket: a bare `node:http` download rises by 25 to 60 MB. So what is measured here is what
// the client holds on to.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SessionsClient } from '../../src/sessions/sessions-client.js';

const MEGABYTE = 1024 * 1024;
const SIZE = 100 * MEGABYTE;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const protocol = process.env['PROTOCOL'] ?? 'https';
const certificate = protocol === 'https' ? process.argv.slice(2) : [];
const server = fork(fileURLToPath(new URL('./memory-server-program.js', import.meta.url)), certificate);
const [port] = await once(server, 'message');
const directory = await mkdtemp(join(tmpdir(), 'memory-'));
const client = new SessionsClient({
  poolManagementEndpoint: `${protocol}://localhost:${port}/pool`,
  authCallback: () => 'a-token',
  identifier: 'memory',
  retries: 0,
});

async function sparseFile(size: number): Promise<string> {
  const path = join(directory, `${size}.bin`);
  const handle = await open(path, 'w');
  await handle.truncate(size);
  await handle.close();
  return path;
}

async function* pieces(size: number): AsyncGenerator<Uint8Array, void, undefined> {
  // One piece over and over: what a caller's own source leaves behind is not the client's.
  const piece = Buffer.alloc(64 * 1024, 1);
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

let mostResident = 0;
let collectedAt = 0;
/** Notes how large the process is, and collects now and then. */
function onProgress({ bytes }: { bytes: number }): void {
  mostResident = Math.max(mostResident, process.memoryUsage.rss());
  if (bytes > collectedAt && bytes < collectedAt + 2 * MEGABYTE) return;
  collectedAt = bytes;
  collect();
}

/** Each moves `size` bytes and says how many arrived. */
const transfers: Readonly<Record<string, (size: number) => Promise<number>>> = {
  'an upload of a local file': async (size) => {
    const { sizeInBytes = 0 } = await client.uploadFile(await sparseFile(size), { name: 'file', onProgress });
    return sizeInBytes;
  },
  'an upload of a stream': async (size) => {
    const { sizeInBytes = 0 } = await client.uploadFile(pieces(size), { name: 'file', onProgress });
    return sizeInBytes;
  },
  'a download to a local file': async (size) => {
    const to = join(directory, 'download.bin');
    await client.downloadFile(String(size), { to, onProgress });
    return (await stat(to)).size;
  },
  'a download into a stream': async (size) => {
    let bytes = 0;
    const to = new WritableStream<Uint8Array>({ write: (piece) => void (bytes += piece.byteLength) });
    await client.downloadFile(String(size), { to, onProgress });
    return bytes;
  },
};

/** The most that the resident set rose above where it was. */
async function rise(transfer: () => Promise<number>): Promise<{ bytes: number; risenMegabytes: number }> {
  collect();
  const baseline = (mostResident = process.memoryUsage.rss());
  const bytes = await transfer();
  return { bytes, risenMegabytes: Math.round((mostResident - baseline) / MEGABYTE) };
}

const transfer = transfers[process.env['TRANSFER'] ?? ''];
if (transfer === undefined) throw new Error('There is no such transfer.');
try {
  await transfer(4 * MEGABYTE);
  process.stdout.write(JSON.stringify(await rise(() => transfer(SIZE))));
} finally {
  server.disconnect();
  await rm(directory, { recursive: true, force: true });
}
