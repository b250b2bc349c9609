import type { Readable } from 'node:stream';

const MAX_LINE_BYTES = 128 * 1024 * 1024;

/** Calls `onLine` for each line of a stream, and `onFlood` for one that is longer than can be held. */
export function readLines(stream: Readable, onLine: (line: string) => void, onFlood: () => void): void {
  let held: Buffer[] = [];
  let length = 0;
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      onLine(Buffer.concat([...held, rest.subarray(0, end)]).toString());
      [held, length, rest] = [[], 0, rest.subarray(end + 1)];
    }
    held.push(rest);
    length += rest.length;
    if (length > MAX_LINE_BYTES) onFlood();
  });
}
