import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SessionsError } from '../errors.js';
import type { PoolHandler } from './pool-handler.js';

// Longer than common clients keep an idle connection: one that we close just as they use it would break a request.
const KEEP_ALIVE_MS = 65_000;

/** An HTTP server at work. */
export interface ListeningServer {
  readonly port: number;
  /** Breaks every connection; waits until the port is free. */
  close(): Promise<void>;
}

/** Rejects with `invalid_options` if the address cannot be had. */
export async function listen(handler: PoolHandler, host: string, port: number): Promise<ListeningServer> {
  // What the handler could not send, the connection's end tells.
  const server = createServer((message, response) => void handler(message, response).catch(() => response.destroy()));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(addressFailure(host, port, cause)));
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function addressFailure(host: string, port: number, cause: Error): SessionsError {
  const reason = 'code' in cause && cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message;
  return new SessionsError(
    'invalid_options',
    `The emulator cannot listen on port ${port} of ${host}: ${reason}. Choose another \`port\`, or 0 for a free one.`,
    { cause },
  );
}
