import { Readable } from 'node:stream';
import { SessionsError } from '../errors.js';
import type { OpenSource } from './open-source.js';

/** A web stream as a source. Closed in the middle of a read, it is cancelled, so that nobody goes on filling it. */
export function openWebStream(stream: ReadableStream<unknown>): OpenSource {
  let reader: ReadableStreamDefaultReader<unknown> | undefined;
  async function* read(): AsyncGenerator<unknown, void, undefined> {
    const wasRead = isRead(stream);
    reader = stream.getReader();
    let piece = await reader.read();
    if (piece.done && wasRead) throw usedUp();
    for (; !piece.done; piece = await reader.read()) yield piece.value;
  }
  const close = async (): Promise<void> => {
    // Whoever fills it may never be done with that.
    reader?.cancel().catch(() => undefined); // What failed has been told.
    reader?.releaseLock();
  };
  return { replayable: false, read, close };
}

/** A stream of Node as a source. Closed in the middle of a read, it is destroyed. */
export function openNodeStream(stream: Readable): OpenSource {
  let isBegun = false;
  async function* read(): AsyncGenerator<unknown, void, undefined> {
    const wasRead = isRead(stream);
    isBegun = true;
    let isEmpty = true;
    for await (const piece of stream) {
      isEmpty = false;
      yield piece;
    }
    if (isEmpty && wasRead) throw usedUp();
  }
  const close = async (): Promise<void> => {
    if (isBegun) stream.destroy();
  };
  return { replayable: false, read, close };
}

/** Whether somebody has read of a stream, of either kind; the types know it of one. */
function isRead(stream: unknown): boolean {
  const isDisturbed: unknown = Reflect.get(Readable, 'isDisturbed');
  return typeof isDisturbed === 'function' && Reflect.apply(isDisturbed, Readable, [stream]) === true;
}

/** It would arrive as an empty file. */
function usedUp(): SessionsError {
  return new SessionsError(
    'invalid_request',
    'The stream to upload has been read already and has nothing left: pass one that is new, or the bytes.',
  );
}
