import { expect } from 'chai';
import * as fc from 'fast-check';
import { isOrdinary } from '../../src/auth/ordinary-words.js';
import { QuoteFinder } from '../../src/auth/quote-finder.js';

const PIECE = /[\w\x80-\x9f\xa1-\u1fff\u2070-\u2fff\u3001-\ufefe\uff00-\ufffc\ufffe\uffff]+|[!-*,-/:-@[-^`{-~]/g;

interface Piece {
  readonly text: string;
  readonly start: number;
  readonly isOrdinaryWord: boolean;
  readonly isTelling: boolean;
}

function piecesOf(text: string): Piece[] {
  return [...text.matchAll(PIECE)].map(({ 0: piece, index }) => {
    const isWord = /[\w\x80-\uffff]/.test(piece);
    const isOrdinaryWord = isWord && isOrdinary(piece);
    return { text: piece, start: index, isOrdinaryWord, isTelling: isWord && !isOrdinaryWord };
  });
}

const isWord = (piece: Piece): boolean => piece.isTelling || piece.isOrdinaryWord;
const glued = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');

/** Which pieces a text quotes: the rules one by one, each looked for in all of every source. */
function quotedPieces(pieces: readonly Piece[], sources: readonly (readonly Piece[])[]): boolean[] {
  const quoted = pieces.map(() => false);
  const follows = ([left, right]: readonly Piece[]): boolean =>
    sources.some((source) =>
      source.some(({ text }, at) => text === left?.text && source[at + 1]?.text === right?.text),
    );
  for (let first = 0; first < pieces.length; first += 1) {
    for (let last = first; last < pieces.length; last += 1) {
      const run = pieces.slice(first, last + 1);
      if (last > first && !follows(run.slice(-2))) break;
      const isFound = sources.some((source) => source.some(({ text }) => text === run[0]?.text));
      const isLong = run.some(({ isTelling, text }) => isTelling && text.length >= 3);
      const isRow = run.some(({ isTelling }) => isTelling) && run.filter(isWord).length > 1;
      if (isFound && (isLong || isRow)) quoted.fill(true, first, last + 1);
    }
  }
  const owners = pieces.flatMap(({ text }, at) => Array.from(text.split(''), () => at));
  for (let at = 0; at + 8 <= owners.length; at += 1) {
    const [first = 0, last = 0] = [owners[at], owners[at + 7]];
    const isTelling = pieces.slice(first, last + 1).some((piece) => piece.isTelling);
    const eight = glued(pieces).slice(at, at + 8);
    if (isTelling && sources.some((source) => glued(source).includes(eight))) quoted.fill(true, first, last + 1);
  }
  return quoted;
}

/** What a text quotes, found slowly. */
function quotationsOf(text: string, sources: readonly string[]): string[] {
  const pieces = piecesOf(text);
  const quoted = quotedPieces(pieces, sources.map(piecesOf));
  const rows: Piece[][] = [];
  pieces.forEach((piece, at) => {
    if (!quoted[at]) return;
    const row = quoted[at - 1] ? rows.at(-1) : undefined;
    if (row) row.push(piece);
    else rows.push([piece]);
  });
  return rows.map((row) => {
    const [first, last] = [row.find((piece) => !piece.isOrdinaryWord), row.findLast((piece) => !piece.isOrdinaryWord)];
    return text.slice(first?.start, (last?.start ?? 0) + (last?.text.length ?? 0));
  });
}

const PARTS = [
  ['a', 'x', 'qx', 'hq7', '7', '42', 'pw', 'alpha', 'swordfish', 'supersecret', 'supersecretive', 'пароль', 'שלום'],
  ['鍵', '秘密鍵', '😀', 'Ա', 'ключи_2', 'the', 'is', 'session', 'not_found', 'timeoutInSeconds', '_'],
  ['=', '(', ')', '"', "'", '.', ',', '%', '{', '~', ' ', ' ', ' ', '\n', '+', '…', '\u00a0', '\u200b', '\ufeff'],
].flat();
const aCode = fc.array(fc.constantFrom(...PARTS), { maxLength: 25 }).map((parts) => parts.join(''));
const aSlice = fc.tuple(fc.nat(), fc.nat(20));

describe('QuoteFinder, whatever text and sources hold,', () => {
  it('finds what the plain rules find', () => {
    fc.assert(
      fc.property(
        fc.array(aCode, { maxLength: 3 }),
        aCode,
        fc.array(aSlice, { maxLength: 4 }),
        (sources, own, cuts) => {
          const source = sources.join('');
          const slices = cuts.map(([from, length]) => {
            const start = source === '' ? 0 : from % source.length;
            return source.slice(start, start + length);
          });
          const text = [own.slice(0, own.length / 2), ...slices, own.slice(own.length / 2)].join(' ');
          const finder = new QuoteFinder(text);
          for (const each of sources) finder.search(each);
          const found = finder.quotations().map(({ start, end }) => text.slice(start, end));
          expect(found).to.deep.equal(quotationsOf(text, sources));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
