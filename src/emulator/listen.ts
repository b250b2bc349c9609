import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SessionsError } from '../errors.js';
import type { PoolHandler } from './pool-handler.js';
import { createExchanges } from './exchanges.js';

/** How long the other side may take, in milliseconds. */
export interface ListenLimits {
  /** Until the head of a request is there. */
  readonly headersMs: number;
  /** Until all of a request is there. */
  readonly requestMs: number;
  /** How often these two are looked at. */
  readonly checkEveryMs: number;
}

const LIMITS: ListenLimits = Object.freeze({
  headersMs: 60_000,
  requestMs: 300_000,
  checkEveryMs: 15_000,
});

// Longer than common clients keep an idle connection: one that we close just as they use it would break a request.
const KEEP_ALIVE_MS = 65_000;

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** An HTTP server at work. */
export interface ListeningServer {
  readonly port: number;
  /** Breaks every connection; waits until the port is free. */
  close(): Promise<void>;
}

/** Rejects with `invalid_options` if the address cannot be had. */
export async function listen(
  handler: PoolHandler,
  { host, port }: ListenAddress,
  limits: ListenLimits = LIMITS,
): Promise<ListeningServer> {
  const { headersMs, requestMs, checkEveryMs } = limits;
  const timing = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs };
  const exchanges = createExchanges();
  const server = createServer({ ...timing, keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    exchanges.begin(message, response);
    // What the handler could not send, the connection's end tells.
    void handler(message, response).catch(() => response.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => exchanges.fail(socket, error.code));
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
