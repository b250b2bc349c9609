// A pool, over https if it is given a key and a certificate, that swallows whatever is uploaded and gives as many bytes as a file is called; in a process of its own, so that
// the client's memory is the client's. Sends its port to its parent.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const PIECE = Buffer.alloc(64 * 1024, 1);

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const server = key && cert ? createServer({ key, cert }, answer) : createPlainServer(answer);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://localhost');
  if (request.method === 'POST') {
    let bytes = 0;
    for await (const piece of request) bytes += (piece as Buffer).length;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name: 'file', type: 'file', sizeInBytes: bytes }));
    return;
  }
  await send(response, Number(/files\/(\d+)\/content$/.exec(pathname)?.[1]));
}

async function send(response: ServerResponse, size: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(size) });
  for (let left = size; left > 0; left -= PIECE.length) {
    if (!response.write(PIECE.subarray(0, left))) await once(response, 'drain');
  }
  response.end();
}

server.listen(0, 'localhost', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
