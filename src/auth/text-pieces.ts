/** A word, or a sign that stands for itself. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isWord: boolean;
}

const BLANK = 0;
const SIGN = 1;
const LETTER = 2;

const ASCII = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit <= 0x20 || unit === 0x7f || unit === 0x2b) return BLANK; // A form writes a plus for a blank.
  return /\w/.test(String.fromCharCode(unit)) ? LETTER : SIGN;
});

/** Digits and the underscore count as letters, and what is blank or typographical beyond ASCII as blank. */
function kindOf(unit: number): number {
  if (unit < 128) return ASCII[unit] ?? SIGN;
  const isBlank = unit === 0xa0 || (unit >= 0x2000 && unit <= 0x206f) || [0x3000, 0xfeff, 0xfffd].includes(unit);
  return isBlank ? BLANK : LETTER;
}

/** Tells of each word and each sign of a text, in order. What is blank is left out: whoever quotes may break lines anew. */
export function eachPiece(text: string, visit: (start: number, end: number, isWord: boolean) => void): void {
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === LETTER) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0) visit(start, at, true);
    start = -1;
    if (kind === SIGN) visit(at, at + 1, false);
  }
  if (start >= 0) visit(start, text.length, true);
}

/** The words and signs of a text. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  eachPiece(text, (start, end, isWord) => pieces.push({ start, end, isWord }));
  return pieces;
}
