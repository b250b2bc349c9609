import type { ExecutionImage } from '../sessions/execution-image.js';

/** A picture as plain data. */
export interface ResultImage {
  /** Such as `image/png`. */
  readonly mediaType: string;
  /** The bytes in base64. */
  readonly data: string;
  /** Where a tool has saved it. */
  readonly path?: string;
}

/** The pictures of an execution; none for any other value. */
export function resultImages(value: unknown): readonly ResultImage[] {
  const images: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'images') : undefined;
  return Array.isArray(images) ? images.filter(isImage).map(encode) : [];
}

function isImage(candidate: unknown): candidate is ExecutionImage {
  if (typeof candidate !== 'object' || candidate === null) return false;
  return Reflect.get(candidate, 'bytes') instanceof Uint8Array && typeof Reflect.get(candidate, 'format') === 'string';
}

function encode({ format, bytes, path }: ExecutionImage): ResultImage {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return {
    mediaType: format === 'svg' ? 'image/svg+xml' : `image/${format}`,
    data,
    ...(path !== undefined && { path }),
  };
}
