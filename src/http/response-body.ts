import { Readable } from 'node:stream';
import type { AxiosResponse } from 'axios';
import { type Abortable, onAbort } from '../abort-listeners.js';
import type { AttemptRecord } from './attempt.js';
import type { Clock } from './clock.js';

/** No refusal is longer than this; the rest of a page is not worth reading. */
const LONGEST_ERROR_TEXT = 1_000_000;
const ERROR_TEXT_LIMIT_MS = 10_000;

/** Looks up a header of an answer, in whatever case. */
export function headerOf({ headers }: AxiosResponse): (name: string) => string | undefined {
  return (name) => {
    const value: unknown = headers[name.toLowerCase()];
    return typeof value === 'string' ? value : undefined;
  };
}

/**
 * The text of a refusal, whether axios has read it already or left it as a stream.
 * A body that breaks off, or does not come within the limit, is no further error: the status says what matters.
 * An abort rejects at once with `signal.reason`.
 */
export async function readErrorText(data: unknown, clock: Clock, signal?: Abortable): Promise<string> {
  if (typeof data === 'string') return data;
  if (!(data instanceof Readable)) return '';
  const leave = (): void => void data.destroy();
  const cancel = clock.schedule(leave, ERROR_TEXT_LIMIT_MS);
  const release = onAbort(signal, leave);
  let text = '';
  try {
    text = await readStart(data);
  } catch {
    // What had come by then is not worth a second look.
  } finally {
    cancel();
    release();
  }
  signal?.throwIfAborted();
  return text;
}

async function readStart(data: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of data) {
    if (!(piece instanceof Uint8Array)) break;
    pieces.push(Buffer.from(piece));
    length += piece.length;
    if (length > LONGEST_ERROR_TEXT) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/**
 * The bytes of a streamed answer: the deadline is moved by each piece and released at the end, failures are mapped. It is a
 * limit for the service: what the reader does with a piece may take its time.
 */
export async function* guardedBody(
  data: unknown,
  { deadline }: AttemptRecord,
  mapFailure: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!(data instanceof Readable)) return;
  const abort = (): void => void data.destroy(new Error('aborted'));
  const release = onAbort(deadline, abort);
  try {
    deadline?.throwIfAborted();
    for await (const piece of data) {
      deadline?.pause();
      if (piece instanceof Uint8Array) yield piece;
      deadline?.restart();
    }
  } catch (error) {
    throw mapFailure(error);
  } finally {
    release();
    deadline?.stop();
    data.destroy();
  }
}
