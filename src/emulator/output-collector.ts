/** Collects what a cell prints on one stream, up to a number of characters. */
export interface OutputCollector {
  /** Returns the part of the text that was kept. */
  add(bytes: Uint8Array): string;
  readonly text: string;
  readonly cut: boolean;
}

export function createOutputCollector(maxCharacters: number): OutputCollector {
  // A byte order mark is printed like anything else.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts: string[] = [];
  let length = 0;
  let cut = false;
  const keep = (text: string): string => {
    const kept = cutText(text, maxCharacters - length);
    if (kept.length < text.length) cut = true;
    parts.push(kept);
    length += kept.length;
    return kept;
  };
  return {
    add: (bytes) => keep(decoder.decode(bytes, { stream: true })),
    get text() {
      // What is left is the beginning of a character, of which nothing more came.
      keep(decoder.decode());
      return parts.join('');
    },
    get cut() {
      return cut;
    },
  };
}

/** The beginning of a text; a character that takes two places is not torn apart. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = Math.max(0, maxLength);
  const last = text.charCodeAt(end - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isFirstHalf ? end - 1 : end);
}

/** The same by bytes of UTF-8; no character is torn apart either. */
export function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = Math.max(0, maxBytes);
  // The second and later bytes of a character begin with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
