// A pool that does nothing but answer, in a process of its own: it costs the same for every client.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

const CURRENT = {
  status: 'Succeeded',
  result: { executionResult: 5050, stdout: '', stderr: '', executionTimeInMilliseconds: 3 },
};
const PRE_LEGACY = {
  $id: '1',
  status: 'Success',
  result: 5050,
  stdout: '',
  stderr: '',
  executionTimeInMilliseconds: 3,
};
const piece = Buffer.alloc(64 * 1024, 7);

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://pool');
  let received = 0;
  request.on('data', ({ length }) => void (received += length));
  request.on('end', () => {
    const download = /\/files\/(?:content\/)?(\d+)(?:\/content)?$/.exec(pathname);
    if (request.method === 'GET' && download) return send(response, Number(download[1]));
    if (/\/files(?:\/upload)?$/.test(pathname)) return json(response, uploaded(received));
    return json(response, pathname.endsWith('/python/execute') ? PRE_LEGACY : CURRENT);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());

function json(response, body) {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function send(response, size) {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  Readable.from(pieces(size)).pipe(response);
}

function* pieces(size) {
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
}

/** One file, in the shape of either family. */
function uploaded(sizeInBytes) {
  const lastModifiedAt = '2026-01-01T00:00:00Z';
  const properties = { filename: 'file', size: sizeInBytes, lastModifiedTime: lastModifiedAt };
  return { name: 'file', type: 'file', sizeInBytes, lastModifiedAt, directory: '/', value: [{ properties }] };
}
