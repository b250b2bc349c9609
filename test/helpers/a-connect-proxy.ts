import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy that opens tunnels, all of them to one port of this machine. */
export interface ConnectProxy {
  readonly origin: string;
  /** What it was asked to connect to, in order. */
  readonly tunnels: string[];
  /** The requests that came without a tunnel: their headers can be read here. */
  readonly plainRequests: string[];
  /** Everything that a tunnel was asked for with. */
  readonly headers: string[];
  /** Answers so from now on, instead of opening tunnels. */
  refuse(statusLine: string): void;
  stop(): Promise<void>;
}

export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const [tunnels, plainRequests, headers]: [string[], string[], string[]] = [[], [], []];
  let refusal: string | undefined;
  const server = createServer((request, response) => {
    plainRequests.push(request.url ?? '');
    response.writeHead(500).end();
  });
  server.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url ?? '');
    headers.push(JSON.stringify(request.headers));
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const pool = connect(port, 'localhost', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      pool.pipe(socket).pipe(pool);
    });
    sockets.add(pool);
    pool.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    plainRequests,
    headers,
    refuse: (statusLine) => void (refusal = statusLine),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
