// Sends the same request again and again over one connection. A client of node:http costs as much as the emulator does.
import { connect } from 'node:net';

export function rawClient(url, { headers, body }) {
  const { hostname, port, pathname, search } = new URL(url);
  const lines = Object.entries({ host: `${hostname}:${port}`, ...headers, 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = Buffer.from(`POST ${pathname}${search} HTTP/1.1\r\n${head}\r\n${body}`);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  return {
    /** Resolves to the whole answer. */
    send: () =>
      new Promise((resolve, reject) => {
        let answer = '';
        const take = (piece) => {
          answer += piece.toString('latin1');
          if (!isWhole(answer)) return;
          socket.off('data', take).off('error', reject);
          resolve(answer);
        };
        socket.on('data', take).once('error', reject);
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function isWhole(answer) {
  const end = answer.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  return end >= 0 && length !== undefined && answer.length >= end + 4 + Number(length);
}
