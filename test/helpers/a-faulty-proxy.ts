import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to one exchange; bytes are counted in the direction named. */
export type Fault =
  | { readonly type: 'none' }
  | { readonly type: 'reset-at-once' }
  | { readonly type: 'reset-request'; readonly afterBytes: number }
  | { readonly type: 'swallow-answer' }
  | { readonly type: 'truncate-answer'; readonly afterBytes: number; readonly kindly: boolean }
  | { readonly type: 'stall-then-reset'; readonly turns: number }
  | { readonly type: 'duplicate-answer' };

export interface FaultyProxy {
  readonly origin: string;
  /** Sets what happens to the exchanges from now on. */
  inject(fault: Fault): void;
  stop(): Promise<void>;
}

/** A raw TCP proxy on a free port in front of a server on this machine. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  let fault: Fault = { type: 'none' };
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (fault.type === 'reset-at-once') {
      client.resetAndDestroy();
      return;
    }
    relay(client, keep(connect(Number(targetPort), '127.0.0.1')), () => fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (next) => (fault = next),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function relay(client: Socket, upstream: Socket, currentFault: () => Fault): void {
  let asked = 0;
  let answered = 0;
  client.on('data', (piece) => {
    const fault = currentFault();
    answered = 0;
    if (fault.type === 'reset-at-once') {
      client.resetAndDestroy();
      upstream.destroy();
      return;
    }
    if (fault.type === 'reset-request' && asked + piece.length > fault.afterBytes) {
      upstream.write(piece.subarray(0, Math.max(0, fault.afterBytes - asked)));
      client.resetAndDestroy();
      upstream.destroy();
      return;
    }
    asked += piece.length;
    upstream.write(piece);
  });
  upstream.on('data', (piece) => {
    const fault = currentFault();
    asked = 0;
    switch (fault.type) {
      case 'swallow-answer':
        client.resetAndDestroy();
        break;
      case 'truncate-answer': {
        const rest = Math.max(0, fault.afterBytes - answered);
        answered += piece.length;
        if (piece.length <= rest) client.write(piece);
        else client.write(piece.subarray(0, rest), () => (fault.kindly ? client.end() : client.resetAndDestroy()));
        break;
      }
      case 'stall-then-reset':
        afterTurns(fault.turns, () => client.resetAndDestroy());
        break;
      case 'duplicate-answer':
        client.write(Buffer.concat([piece, piece]));
        break;
      default:
        client.write(piece);
    }
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

function afterTurns(turns: number, action: () => void): void {
  if (turns === 0) action();
  else setImmediate(() => afterTurns(turns - 1, action));
}
