import { asFields, asText } from './json-fields.js';

/** A picture that the code made. */
export interface ExecutionImage {
  readonly format: 'png' | 'jpeg' | 'svg' | 'gif' | 'webp';
  readonly bytes: Uint8Array;
  /** Where a tool has saved it. */
  readonly path?: string;
}

type ImageFormat = ExecutionImage['format'];

const SIGNATURES: readonly (readonly [ImageFormat, RegExp])[] = [
  ['png', /^\x89PNG\r\n/],
  ['jpeg', /^\xff\xd8\xff/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[\s\S]{4}WEBP/],
  // Each part can be read in one way only: these bytes come from the sandbox, and backtracking takes time without end.
  ['svg', /^(?:\s|<\?xml[^>]*>|<!--(?:(?!-->)[\s\S])*-->|<!doctype svg(?:[^>[]|\[[^\]]*\])*>)*<svg[\s>]/i],
];

/** The pictures in a result value: one object, or a list that holds some. Undefined where there are none. */
export function readImages(value: unknown): readonly ExecutionImage[] | undefined {
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value];
  const images = candidates.flatMap((candidate) => readImage(candidate) ?? []);
  return images.length === 0 ? undefined : images;
}

/** Whether a result value carries encoded bytes, readable as a picture or not. */
export function holdsEncodedBytes(value: unknown): boolean {
  return asText(asFields(value)?.['base64_data']) !== undefined;
}

/** The format is what the bytes say, not what the sandbox calls it: it becomes the extension of a file on this machine. */
function readImage(value: unknown): ExecutionImage | undefined {
  const encoded = asText(asFields(value)?.['base64_data']);
  if (encoded === undefined) return undefined;
  const bytes = new Uint8Array(Buffer.from(encoded, 'base64'));
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const format = SIGNATURES.find(([, signature]) => signature.test(start))?.[0];
  return format === undefined ? undefined : { format, bytes };
}
