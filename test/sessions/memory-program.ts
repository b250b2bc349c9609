// Runs in a process of its own, which trusts the certificate of the pool; prints by how much the transfer that TRANSFER
// names has raised its resident set.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SessionsClient } from '../../src/sessions/sessions-client.js';

const MEGABYTE = 1024 * 1024;
const SIZE = 100 * MEGABYTE;

const server = fork(fileURLToPath(new URL('./memory-server-program.js', import.meta.url)), process.argv.slice(2));
const [port] = await once(server, 'message');
const directory = await mkdtemp(join(tmpdir(), 'memory-'));
const client = new SessionsClient({
  poolManagementEndpoint: `https://localhost:${port}/pool`,
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

/** Each moves `size` bytes and says how many arrived. */
const transfers: Readonly<Record<string, (size: number) => Promise<number>>> = {
  'an upload of a local file': async (size) => {
    const { sizeInBytes = 0 } = await client.uploadFile(await sparseFile(size), { name: 'file' });
    return sizeInBytes;
  },
  'an upload of a stream': async (size) => {
    const { sizeInBytes = 0 } = await client.uploadFile(pieces(size), { name: 'file' });
    return sizeInBytes;
  },
  'a download to a local file': async (size) => {
    const to = join(directory, 'download.bin');
    await client.downloadFile(String(size), { to });
    return (await stat(to)).size;
  },
  'a download into a stream': async (size) => {
    let bytes = 0;
    const to = new WritableStream<Uint8Array>({ write: (piece) => void (bytes += piece.byteLength) });
    await client.downloadFile(String(size), { to });
    return bytes;
  },
};

/** The most that the resident set rose above where it was. */
async function rise(transfer: () => Promise<number>): Promise<{ bytes: number; risenMegabytes: number }> {
  const baseline = process.memoryUsage.rss();
  let most = baseline;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  const bytes = await transfer();
  clearInterval(timer);
  return { bytes, risenMegabytes: Math.round((Math.max(most, process.memoryUsage.rss()) - baseline) / MEGABYTE) };
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
