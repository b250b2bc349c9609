/** Collects what a cell prints on one stream, up to a number of characters. */
export interface OutputCollector {
  /** Returns the part of the text that was kept. */
  add(bytes: Uint8Array): string;
  readonly text: string;
  readonly cut: boolean;
}

export function createOutputCollector(maxCharacters: number): OutputCollector {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  let cut = false;
  return {
    add: (bytes) => {
      const text = decoder.decode(bytes, { stream: true });
      const kept = cutText(text, maxCharacters - length);
      if (kept.length < text.length) cut = true;
      parts.push(kept);
      length += kept.length;
      return kept;
    },
    get text() {
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
