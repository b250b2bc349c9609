import { inflateSync } from 'node:zlib';

/** A picture: its pixels row by row, each of as many bytes as there are channels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** Decodes a PNG of 8 bits per channel that is not interlaced; throws at anything else, and at broken checksums of its data. */
export function readPng(bytes: Buffer): Picture {
  if (bytes.subarray(0, 8).toString('latin1') !== '\u0089PNG\r\n\u001a\n') throw new Error('It is no PNG');
  const chunks = chunksOf(bytes);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[header.readUInt8(9)];
  if (header.readUInt8(8) !== 8 || channels === undefined || header.readUInt8(12) !== 0)
    throw new Error('An unusual PNG');
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  return { width, height, channels, pixels: unfilter(data, width * channels, height, channels) };
}

/** How many pixels have this colour, in red, green and blue. */
export function countColour({ pixels, channels }: Picture, colour: readonly [number, number, number]): number {
  let count = 0;
  for (let place = 0; place < pixels.length; place += channels) {
    if (colour.every((level, channel) => pixels[place + channel] === level)) count += 1;
  }
  return count;
}

function chunksOf(bytes: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let place = 8; place < bytes.length;) {
    const length = bytes.readUInt32BE(place);
    chunks.push({
      type: bytes.toString('latin1', place + 4, place + 8),
      data: bytes.subarray(place + 8, place + 8 + length),
    });
    place += length + 12;
  }
  return chunks;
}

function unfilter(data: Buffer, stride: number, height: number, step: number): Uint8Array {
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = data.readUInt8(row * (stride + 1));
    for (let column = 0; column < stride; column += 1) {
      const place = row * stride + column;
      const left = column >= step ? (pixels[place - step] ?? 0) : 0;
      const up = row > 0 ? (pixels[place - stride] ?? 0) : 0;
      const corner = row > 0 && column >= step ? (pixels[place - stride - step] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter] ?? 0;
      pixels[place] = data.readUInt8(row * (stride + 1) + 1 + column) + predicted;
    }
  }
  return pixels;
}

function nearest(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value));
  if (toLeft === undefined || toUp === undefined || toCorner === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
