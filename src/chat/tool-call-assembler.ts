import { randomUUID } from 'node:crypto';
import type { ToolCall } from '../functions/invocation.js';

/** A piece of a call, as a stream of Chat Completions gives it; every field may be missing. */
export interface ToolCallDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: unknown;
  readonly [field: string]: unknown;
}

interface Slot {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
  /** The last character of the arguments that is no white space. */
  end: string;
  extra: Record<string, unknown>;
}

const KNOWN_FIELDS = new Set(['index', 'id', 'type', 'function']);

/**
 * Puts the calls of a streamed answer together. Servers differ: calls may share index 0, have no index, no id, an id per
 * fragment, or their arguments as an object.
 */
export class ToolCallAssembler {
  readonly #slots: Slot[] = [];

  /** Takes the next piece. */
  add(delta: ToolCallDelta): void {
    const details = isRecord(delta.function) ? delta.function : {};
    const id = textOf(delta.id);
    const name = textOf(details['name']);
    const args = argumentsOf(details['arguments']);
    const index = typeof delta.index === 'number' ? delta.index : undefined;
    const slot = this.#find({ index, id, name, args }) ?? this.#open(index);
    // Names and ids are repeated by some servers: the first one counts, and none is appended to.
    slot.id ||= id;
    slot.name ||= name;
    slot.arguments += args;
    slot.end = args.trimEnd().at(-1) ?? slot.end;
    const extra = Object.entries(delta).filter(
      // Servers that write out every field say null of what an earlier piece has given.
      ([field, value]) => !KNOWN_FIELDS.has(field) && (value !== null || !Object.hasOwn(slot.extra, field)),
    );
    slot.extra = { ...slot.extra, ...Object.fromEntries(extra) };
  }

  /**
   * Whether the arguments of every call that has begun are whole JSON. Empty ones are not: the end of the stream alone
   * does not tell whether they were still to come.
   */
  get isComplete(): boolean {
    return this.#slots.every((slot) => isBlank(slot) || isJson(slot.arguments));
  }

  /** The calls, in the order in which they began; placeholders are left out and missing ids made. */
  finish(): ToolCall[] {
    return this.#slots
      .filter((slot) => slot.name !== '' || slot.arguments !== '')
      .map(({ id, name, arguments: args, extra }) => ({
        id: id || `call_${randomUUID()}`,
        name,
        arguments: args,
        ...(Object.keys(extra).length > 0 && { extra }),
      }));
  }

  #find(piece: { index: number | undefined; id: string; name: string; args: string }): Slot | undefined {
    return piece.index === undefined
      ? this.#findWithoutIndex(piece)
      : this.#findByIndex({ ...piece, index: piece.index });
  }

  #findByIndex({ index, id, name, args }: { index: number; id: string; name: string; args: string }): Slot | undefined {
    const slot = this.#slots.findLast((candidate) => candidate.index === index);
    if (slot === undefined || name === '') return slot;
    if (id !== '' && slot.id !== '' && id !== slot.id) return undefined;
    // A name again, with arguments, after a whole call: the next call under a reused index.
    return id === '' && args !== '' && isWhole(slot) ? undefined : slot;
  }

  #findWithoutIndex({ id, name, args }: { id: string; name: string; args: string }): Slot | undefined {
    const known = id === '' ? undefined : this.#slots.find((candidate) => candidate.id === id);
    if (known !== undefined) return known;
    const last = this.#slots.at(-1);
    if (id !== '' && name !== '') return undefined;
    return name !== '' && args !== '' && last !== undefined && isWhole(last) ? undefined : last;
  }

  #open(index: number | undefined): Slot {
    const slot: Slot = { index, id: '', name: '', arguments: '', end: '', extra: {} };
    this.#slots.push(slot);
    return slot;
  }
}

/** Whether nothing of a call is in it: some servers send such pieces beside the calls. */
function isBlank({ id, name, arguments: args }: Slot): boolean {
  return id === '' && name === '' && args === '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isRecord(value) ? JSON.stringify(value) : '';
}

// The last character is looked at first: parsing what grows, at every piece of it, would take ever longer.
function isWhole(slot: Slot): boolean {
  return slot.end === '}' && isJson(slot.arguments);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
