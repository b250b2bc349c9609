import { writeSync } from 'node:fs';
import { type FrameKind, frameHeader } from './frames.mjs';

const STDOUT = 1;
const JOINED_BYTES = 16_384;
const encoder = new TextEncoder();
const napCell = new Int32Array(new SharedArrayBuffer(4));

/** Writes at once and waits while the pipe is full, so that what was printed before a kill is not lost. */
export function writeFrame(kind: FrameKind, payload: Uint8Array | string): void {
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  const header = frameHeader(kind, bytes.length);
  if (bytes.length > JOINED_BYTES) {
    writeAll(header);
    writeAll(bytes);
    return;
  }
  // In one piece, so that the reader is woken once.
  const frame = new Uint8Array(header.length + bytes.length);
  frame.set(header);
  frame.set(bytes, header.length);
  writeAll(frame);
}

/** Blocks this thread. */
export function nap(milliseconds: number): void {
  Atomics.wait(napCell, 0, 0, milliseconds);
}

function writeAll(bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(STDOUT, bytes, written, bytes.length - written);
    } catch (error) {
      if (!isFull(error)) throw error;
      nap(1);
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
