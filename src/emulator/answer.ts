import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServiceFailure } from './service-failure.js';

// Half of the CPU time that pieces of the usual 64 KiB cost goes into reading so often.
const PIECE_BYTES = 256 * 1024;

export type AnswerHeaders = Readonly<Record<string, string>>;

/** What a request is answered with. */
export type Answer =
  | { readonly type: 'json'; readonly status: number; readonly body: unknown; readonly headers?: AnswerHeaders }
  | { readonly type: 'text'; readonly status: number; readonly body: string; readonly headers?: AnswerHeaders }
  | { readonly type: 'empty'; readonly status: number; readonly headers?: AnswerHeaders }
  | { readonly type: 'file'; readonly handle: FileHandle; readonly size: number; readonly headers?: AnswerHeaders };

export interface SendOptions {
  readonly headers?: AnswerHeaders;
  /** Send no more than so many bytes of the body, then break the connection. */
  readonly truncateAt?: number;
  /** Break the connection when nothing of the answer was taken for so long, in milliseconds. @default 60_000 */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

export function failureAnswer(failure: ServiceFailure): Answer {
  // Seen on live bodies: a trace id beside code and message.
  const error = { code: failure.code, message: failure.message, traceId: randomUUID() };
  return { type: 'json', status: failure.status, body: { error }, headers: failure.headers };
}

/** The status is known before the body is read, and so is what it costs. */
export function statusOf(answer: Answer): number {
  return answer.type === 'file' ? 200 : answer.status;
}

/** Waits until all of it is sent, or the other side is gone. */
export async function sendAnswer(response: ServerResponse, answer: Answer, options: SendOptions = {}): Promise<void> {
  const given = [answer.headers, options.headers];
  response.setTimeout(options.idleMs ?? IDLE_MS, () => response.destroy());
  switch (answer.type) {
    case 'json':
      return sendText(response, answer.status, JSON.stringify(answer.body), {
        truncateAt: options.truncateAt,
        headers: mergeHeaders({ 'content-type': 'application/json; charset=utf-8' }, ...given),
      });
    case 'text':
      return sendText(response, answer.status, answer.body, {
        truncateAt: options.truncateAt,
        headers: mergeHeaders({ 'content-type': 'text/plain; charset=utf-8' }, ...given),
      });
    case 'empty':
      response.writeHead(answer.status, mergeHeaders(...given)).end();
      return;
    case 'file':
      return sendFile(response, answer, {
        truncateAt: options.truncateAt,
        headers: mergeHeaders({ 'content-type': 'application/octet-stream' }, ...given),
      });
    default:
      return answer satisfies never;
  }
}

/** Of those that are the same but for the case of their letters, the last. */
export function mergeHeaders(...sets: readonly (AnswerHeaders | undefined)[]): AnswerHeaders {
  const entries = sets.flatMap((set) => Object.entries(set ?? {}));
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

interface BodyOptions {
  readonly headers: AnswerHeaders;
  readonly truncateAt: number | undefined;
}

function sendText(response: ServerResponse, status: number, text: string, options: BodyOptions): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...options.headers, 'content-length': bytes.length });
  if (options.truncateAt === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, options.truncateAt), () => response.destroy());
}

async function sendFile(
  response: ServerResponse,
  { handle, size }: Extract<Answer, { type: 'file' }>,
  { headers, truncateAt }: BodyOptions,
): Promise<void> {
  response.writeHead(200, { ...headers, 'content-length': size });
  try {
    // Code may append to the file meanwhile: what was promised is sent, no more.
    const end = Math.min(size, truncateAt ?? size) - 1;
    const range = { start: 0, end, autoClose: false, highWaterMark: PIECE_BYTES };
    const body = end < 0 ? Readable.from([]) : handle.createReadStream(range);
    await pipeline(body, response, { end: truncateAt === undefined });
    if (truncateAt !== undefined) response.write('', () => response.destroy());
  } catch {
    // The reader went away, or the file shrank under it: a broken connection says so.
    response.destroy();
  } finally {
    await handle.close();
  }
}
