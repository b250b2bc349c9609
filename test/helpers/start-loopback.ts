import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a loopback server was sent. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly socket: Socket;
}

/** A real server on a free port of this machine. */
export interface Loopback {
  readonly origin: string;
  /** Looks like a pool's management endpoint. */
  readonly endpoint: string;
  /** Every request that arrived completely, in order. */
  readonly requests: ReceivedRequest[];
  /** How many connections were opened. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

export type Answer = (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

const running: Loopback[] = [];

/** Starts a server; the answer that is given to the n-th request is the n-th, the last one serves all that follow. */
export async function startLoopback(...answers: readonly Answer[]): Promise<Loopback> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: new URL(incoming.url ?? '', origin),
        headers: incoming.headers,
        body: Buffer.concat(pieces),
        socket: incoming.socket,
      };
      requests.push(request);
      const answer = answers[Math.min(requests.length, answers.length) - 1];
      void answer?.(request, response);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const loopback: Loopback = {
    origin,
    endpoint: `${origin}/subscriptions/s/resourceGroups/g/sessionPools/p`,
    requests,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  running.push(loopback);
  return loopback;
}

/** Stops every server that the test has started; for `afterEach`. */
export async function stopLoopbacks(): Promise<void> {
  for (const loopback of running.splice(0)) await loopback.stop();
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** An answer in plain text, or whatever `content-type` says. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers });
    response.end(body);
  };
}

/** Cuts the connection instead of answering. */
export const hangUp: Answer = (request) => {
  request.socket.resetAndDestroy();
};

/** Promises an answer and cuts the connection in the middle of it. */
export function cutOff(body: string): Answer {
  return (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length + 100) });
    response.write(body, () => request.socket.destroy());
  };
}

/** Never answers. */
export const stall: Answer = () => undefined;
