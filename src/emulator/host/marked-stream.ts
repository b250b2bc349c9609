import type { Readable } from 'node:stream';

/** One stream of output, in which the end of a cell is a mark that nobody can guess. */
export interface MarkedStream {
  /** Hands on what comes from now on. Resolves when the mark has come, or the stream has ended without it. */
  readUntil(mark: string, onBytes: (bytes: Uint8Array) => void): Promise<void>;
}

interface Reading {
  readonly mark: Buffer;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly done: () => void;
  /** The last bytes, which may be the beginning of the mark. */
  held: Buffer;
}

/** What comes while nobody reads is dropped. */
export function createMarkedStream(stream: Readable): MarkedStream {
  let reading: Reading | undefined;
  let ended = false;
  const finish = (): void => {
    const { held, onBytes, done } = reading ?? {};
    reading = undefined;
    if (held && held.length > 0) onBytes?.(held);
    done?.();
  };
  stream.on('data', (chunk: Buffer) => {
    if (!reading) return;
    const { mark, held, onBytes } = reading;
    const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    const place = bytes.indexOf(mark);
    const keep = place >= 0 ? place : bytes.length - endThatMayBegin(bytes, mark);
    if (keep > 0) onBytes(bytes.subarray(0, keep));
    reading.held = place >= 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(keep));
    if (place >= 0) finish();
  });
  stream.once('close', () => {
    ended = true;
    finish();
  });
  // The process that has it at the other end may go at any time.
  stream.on('error', () => undefined);
  return {
    readUntil: (mark, onBytes) =>
      new Promise((resolve) => {
        if (ended) resolve();
        else reading = { mark: Buffer.from(mark), onBytes, done: resolve, held: Buffer.alloc(0) };
      }),
  };
}

/** How many bytes at the end are a beginning of the mark. */
function endThatMayBegin(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}
