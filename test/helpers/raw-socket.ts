import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test writes what it likes. */
export interface RawSocket {
  readonly socket: Socket;
  write(text: string | Uint8Array): void;
  /** Everything that came, once the other side has closed. */
  readonly closed: Promise<string>;
  /** Resolves when what came so far matches. */
  until(pattern: RegExp): Promise<string>;
}

/** Connects to the port of an address. */
export async function rawSocket(address: string): Promise<RawSocket> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  // A reset is one way of closing; what came before it counts.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  return {
    socket,
    closed,
    write: (part) => void socket.write(part),
    until: async (pattern) => {
      while (!pattern.test(text)) {
        if (socket.destroyed) throw new Error(`The connection was closed after: ${text}`);
        await Promise.race([once(socket, 'data'), closed]);
      }
      return text;
    },
  };
}
