import { FRAME_HEADER_BYTES, FRAME_KINDS, type FrameKind } from './child/frames.mjs';

const MAX_FRAME_BYTES = 128 * 1024 * 1024;

const KINDS = new Map<number, FrameKind>(
  Object.entries(FRAME_KINDS).map(([name, byte]) => [byte, name as FrameKind] as const),
);

/** Cuts a child's output into frames. It throws at what is not one: user code may have written into the pipe. */
export function createFrameReader(onFrame: (kind: FrameKind, payload: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = FRAME_HEADER_BYTES;
  let kind: FrameKind | undefined;

  const take = (): Buffer => {
    const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, held);
    const rest = all.subarray(needed);
    chunks = rest.length > 0 ? [rest] : [];
    held = rest.length;
    return all.subarray(0, needed);
  };
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= needed) {
      const bytes = take();
      if (kind === undefined) {
        kind = kindOf(bytes);
        needed = bytes.readUInt32BE(1);
        if (needed > MAX_FRAME_BYTES) throw new Error('The interpreter sent a frame above the limit');
        continue;
      }
      const complete = kind;
      kind = undefined;
      needed = FRAME_HEADER_BYTES;
      onFrame(complete, bytes);
    }
  };
}

function kindOf(header: Buffer): FrameKind {
  const kind = KINDS.get(header.readUInt8(0));
  if (kind === undefined) throw new Error('The interpreter sent something that is not a frame');
  return kind;
}
