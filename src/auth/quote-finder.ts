import { isOrdinary } from './ordinary-words.js';
import { RollingWindow, WINDOW_LENGTH } from './rolling-window.js';
import { eachPiece, type Piece, piecesOf } from './text-pieces.js';

/** A shorter word is a quotation only next to another. */
const SHORTEST_WORD = 3;

/** A part of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A word or sign of the text, wherever it stands. */
interface Term {
  readonly index: number;
  readonly isWord: boolean;
  /** Whether it tells something of a source that holds it. */
  readonly isTelling: boolean;
  readonly length: number;
  isFound: boolean;
}

/** The pieces from `first` to `last`, and what they read. */
interface Stretch {
  readonly text: string;
  readonly hash: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Finds what a text, such as a message of the service, quotes of sources, such as the user's code: words of three
 * characters or more; shorter ones and numbers where they follow one another as in the source; and any eight characters in
 * a row. What consists of ordinary words is no quotation: "the session is busy" stays, whatever the code says.
 *
 * The text is indexed and each source read once: a search takes as long as the two are long together.
 */
export class QuoteFinder {
  readonly #pieces: readonly Piece[];
  readonly #terms: readonly Term[];
  readonly #distinct = new Map<string, Term>();
  /** Of terms that follow one another in the text: whether they do so in a source. */
  readonly #pairs = new Map<number, boolean>();
  readonly #windows: readonly Stretch[];
  /** The windows that no source has shown yet, by their hash. */
  readonly #missing = new Map<number, Set<string>>();
  // By these, most of what a source holds is seen at a glance not to be in the text.
  readonly #outlines = new Uint8Array(2 ** 12);
  readonly #hashes = new Uint8Array(2 ** 16);

  constructor(text: string) {
    this.#pieces = piecesOf(text);
    this.#terms = this.#pieces.map((piece) => this.#termOf(piece, text));
    for (let at = 1; at < this.#terms.length; at += 1) this.#pairs.set(this.#pairBefore(at), false);
    this.#windows = this.#windowsOf(text);
    for (const { hash, text: missing } of this.#windows) {
      const others = this.#missing.get(hash);
      if (others) others.add(missing);
      else this.#missing.set(hash, new Set([missing]));
      this.#hashes[hash >>> 16] = 1;
    }
  }

  /** Whether the text holds anything that tells something of a source. */
  get mayQuote(): boolean {
    return this.#terms.some(({ isTelling }) => isTelling);
  }

  /** Reads a source. */
  search(source: string): void {
    const window = new RollingWindow();
    let before: Term | undefined;
    eachPiece(source, (start, end) => {
      const isKnown = this.#outlines[outlineOf(source, start, end)] === 1;
      const term = isKnown ? this.#distinct.get(source.slice(start, end)) : undefined;
      if (term) this.#find(term, before);
      before = term;
      for (let at = start; at < end; at += 1) {
        const hash = window.add(source.charCodeAt(at));
        if (this.#hashes[hash >>> 16] === 1) this.#see(hash, window);
      }
    });
  }

  /** What the text quotes of the sources that were read, in order. */
  quotations(): readonly Span[] {
    const quoted = this.#terms.map(() => false);
    for (let first = 0, last = 0; first < quoted.length; first = last + 1) {
      last = this.#endOfRun(first);
      if (this.#isQuotation(first, last)) quoted.fill(true, first, last + 1);
    }
    for (const { hash, text, first, last } of this.#windows) {
      if (!this.#missing.get(hash)?.has(text)) quoted.fill(true, first, last + 1);
    }
    return this.#spansOf(quoted);
  }

  #termOf({ start, end, isWord }: Piece, text: string): Term {
    const characters = text.slice(start, end);
    const known = this.#distinct.get(characters);
    if (known) return known;
    const isTelling = isWord && !isOrdinary(characters);
    const term = { index: this.#distinct.size, isWord, isTelling, length: end - start, isFound: false };
    this.#distinct.set(characters, term);
    this.#outlines[outlineOf(text, start, end)] = 1;
    return term;
  }

  #find(term: Term, before: Term | undefined): void {
    term.isFound = true;
    const pair = pairOf(before, term);
    if (this.#pairs.get(pair) === false) this.#pairs.set(pair, true);
  }

  #see(hash: number, window: RollingWindow): void {
    const missing = this.#missing.get(hash);
    if (missing?.delete(window.text) && missing.size === 0) this.#missing.delete(hash);
  }

  #pairBefore(at: number): number {
    return pairOf(this.#terms[at - 1], this.#terms[at]);
  }

  /** Those that touch a word which tells something. */
  #windowsOf(text: string): Stretch[] {
    const window = new RollingWindow();
    const owners: number[] = [];
    const windows: Stretch[] = [];
    let telling = -1;
    this.#pieces.forEach(({ start, end }, piece) => {
      if (this.#terms[piece]?.isTelling) telling = piece;
      for (let at = start; at < end; at += 1) {
        owners.push(piece);
        const hash = window.add(text.charCodeAt(at));
        const first = owners[owners.length - WINDOW_LENGTH];
        if (first !== undefined && telling >= first) windows.push({ text: window.text, hash, first, last: piece });
      }
    });
    return windows;
  }

  /** The last piece of those that follow one another as in a source. */
  #endOfRun(first: number): number {
    let last = first;
    while (this.#pairs.get(this.#pairBefore(last + 1))) last += 1;
    return last;
  }

  #isQuotation(first: number, last: number): boolean {
    if (!this.#terms[first]?.isFound) return false;
    const run = this.#terms.slice(first, last + 1);
    const words = run.filter(({ isWord }) => isWord).length;
    return run.some(({ isTelling, length }) => isTelling && (words > 1 || length >= SHORTEST_WORD));
  }

  /** Quoted pieces in a row are one quotation, without the ordinary words at its ends. */
  #spansOf(quoted: readonly boolean[]): Span[] {
    const spans: Span[] = [];
    for (let first = 0; first < quoted.length; first += 1) {
      if (!quoted[first] || this.#isOrdinaryWord(first)) continue;
      let last = first;
      while (quoted[last + 1]) last += 1;
      const next = last;
      while (this.#isOrdinaryWord(last)) last -= 1;
      spans.push({ start: this.#pieces[first]?.start ?? 0, end: this.#pieces[last]?.end ?? 0 });
      first = next;
    }
    return spans;
  }

  #isOrdinaryWord(at: number): boolean {
    const term = this.#terms[at];
    return term !== undefined && term.isWord && !term.isTelling;
  }
}

function outlineOf(text: string, start: number, end: number): number {
  return (text.charCodeAt(start) * 16 + text.charCodeAt(end - 1) + (end - start) * 256) & (2 ** 12 - 1);
}

/** A number for two terms in a row; -1 where there are not two. */
function pairOf(before: Term | undefined, after: Term | undefined): number {
  return before === undefined || after === undefined ? -1 : before.index * 2 ** 16 + after.index;
}
