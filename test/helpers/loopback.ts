import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server received it. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- the wire's JSON, looked into by tests
  readonly body: any;
}

/** A real server on a free port of this machine. */
export interface Loopback {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

/** Starts a server that answers each request, by its place from 1. */
export async function startLoopback(
  answer: (response: ServerResponse, request: ReceivedRequest, place: number) => void | Promise<void>,
): Promise<Loopback> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then((body) => {
      const request = { path: incoming.url ?? '', headers: incoming.headers, body };
      return answer(response, request, requests.push(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: object,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Begins a stream of server-sent events. */
export function beginEvents(response: ServerResponse, ...chunks: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** Answers with a whole stream of server-sent events. */
export function sendEvents(response: ServerResponse, ...chunks: readonly object[]): void {
  beginEvents(response, ...chunks);
  response.end('data: [DONE]\n\n');
}

async function read(incoming: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
