import { isRecord } from '../is-record.js';
import { asList, textOf } from './wire-fields.js';

/** The fields of an entry that arrive in pieces; of any other, a piece has the whole. */
const IN_PIECES = new Set(['text', 'summary', 'data']);

/**
 * Puts the `reasoning_details` of a streamed answer together. Pieces of one entry have its type and its index; an entry
 * without an index is whole. Services check the signature of an entry against all of its text when it is replayed.
 */
export class ReasoningDetails {
  readonly #entries: unknown[] = [];
  readonly #unfinished = new Map<string, Record<string, unknown>>();

  /** Takes what a piece of the answer has of them. */
  add(pieces: unknown): void {
    for (const piece of asList(pieces)) this.#addPiece(piece);
  }

  /** The entries, in the order in which they began. */
  get entries(): readonly unknown[] {
    return this.#entries;
  }

  #addPiece(piece: unknown): void {
    if (!isRecord(piece) || typeof piece['index'] !== 'number') {
      this.#entries.push(piece);
      return;
    }
    const key = `${piece['index']} ${textOf(piece['type'])}`;
    const entry = this.#unfinished.get(key);
    if (entry !== undefined) return join(entry, piece);
    const begun = { ...piece };
    this.#unfinished.set(key, begun);
    this.#entries.push(begun);
  }
}

function join(entry: Record<string, unknown>, piece: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    const before = entry[field];
    const goesOn = IN_PIECES.has(field) && typeof before === 'string' && typeof value === 'string';
    entry[field] = goesOn ? before + value : value;
  }
}
