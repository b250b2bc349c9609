// A client that costs next to nothing, the same for all that is compared.
import { Agent, request } from 'node:http';

const CHUNK = Buffer.alloc(64 * 1024, 7);
const BOUNDARY = 'a-boundary-that-is-not-in-the-file';
const agent = new Agent({ keepAlive: true });

/** Resolves to the body, or to its length with `discard`. */
export function send(url, { method = 'GET', headers = {}, body, write, discard = false } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (response) => {
      const pieces = [];
      let bytes = 0;
      response.on('data', (piece) => {
        bytes += piece.length;
        if (!discard) pieces.push(piece);
      });
      response.once('error', reject);
      response.once('end', () => {
        const text = discard ? '' : Buffer.concat(pieces).toString();
        if (response.statusCode >= 300) reject(new Error(`${response.statusCode} ${text}`));
        else resolve(discard ? bytes : text);
      });
    });
    outgoing.once('error', reject);
    if (write) write(outgoing).catch(reject);
    else outgoing.end(body);
  });
}

/** Posts a form with one file of that size. */
export function upload(url, { bytes, headers = {}, name = 'file.bin' }) {
  const head = Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const write = async (outgoing) => {
    outgoing.write(head);
    for (let left = bytes; left > 0; left -= CHUNK.length) {
      if (!outgoing.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) {
        await new Promise((resolve) => outgoing.once('drain', resolve));
      }
    }
    outgoing.end(tail);
  };
  const length = head.length + bytes + tail.length;
  const type = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': length };
  return send(url, { method: 'POST', headers: { ...headers, ...type }, write });
}

export function closeConnections() {
  agent.destroy();
}
