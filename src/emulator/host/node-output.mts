// What a Node session writes besides what its cells print: the marks, and errors that nobody caught.
import { writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import { describeError } from './node-values.mjs';

const STDERR = 2;
const MAX_HELD_CHARACTERS = 10_000;
// Code may have put something in the way that never writes.
const LONGEST_FLUSH_MS = 1000;

// Taken before code can put its own in their place.
const outputs = [
  { descriptor: 1, stream: process.stdout, write: process.stdout.write },
  { descriptor: STDERR, stream: process.stderr, write: process.stderr.write },
] as const;

let isOpen = false;
let held = '';

/** From now on a cell hears what there is to tell, and what there was to tell since the one before it. */
export function openOutput(): void {
  isOpen = true;
  const untold = held;
  held = '';
  writeAll(STDERR, untold);
}

/** Marks the end of the cell on both streams, after all that it printed. */
export async function closeOutput(mark: string): Promise<void> {
  for (const { stream, write } of outputs) await flush(stream, write).catch(() => undefined);
  isOpen = false;
  for (const { descriptor } of outputs) writeAll(descriptor, mark);
}

/** Tells of an error that nobody caught: the cell that runs, or else the next one. */
export function tellOf(error: unknown): void {
  const text = describeError(error).traceback;
  if (isOpen) writeAll(STDERR, text);
  else held = (held + text).slice(0, MAX_HELD_CHARACTERS);
}

export function writeAll(descriptor: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      // Node has set the pipe to not wait, and it is full.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
    }
  }
}

async function flush(stream: Writable, write: Writable['write']): Promise<void> {
  // A write, even of nothing, to a stream that code has ended would be one more error to tell of.
  if (stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, LONGEST_FLUSH_MS);
    const written = (): void => {
      clearTimeout(limit);
      resolve();
    };
    Reflect.apply(write, stream, ['', written]);
  });
}
