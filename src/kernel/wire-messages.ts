import type { AssistantMessage, ChatMessage } from '../chat/chat-service.js';
import { copyMessage, hasExtra } from '../chat/copy-message.js';
import type { ToolCall } from '../functions/invocation.js';
import { isRecord } from '../is-record.js';

const LONGEST_NAME = 64;
const NO_CALLS: readonly ToolCall[] = [];

type ResultMessage = Extract<ChatMessage, { role: 'tool' }>;

interface WireForm {
  readonly message: ChatMessage;
  /** What the message was when it was examined. */
  readonly from: ChatMessage;
  readonly wire: ChatMessage;
}

/**
 * A history as it is sent: copies, frozen and the same ones in each request of a run where they are known to be. The model's own words are kept in the
 * history; services check what is replayed and refuse a conversation for a name with a dot in it, for arguments that are
 * not an object, or for the half of a character, which is no JSON to strict parsers.
 */
export class WireMessages {
  // Every request repeats the whole history: a message is examined once, and again after it was written to. By its place
  // and not in a WeakMap, whose many entries would cost the collector more than they save.
  readonly #known: WireForm[] = [];

  of(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    return messages.map((message, place) => this.#wireForm(message, place));
  }

  #wireForm(message: ChatMessage, place: number): ChatMessage {
    const known = this.#known[place];
    if (known?.message === message && isSame(known.from, message)) return known.wire;
    const wire = toWire(copyMessage(message));
    // What is inside of `extra` may be written to in the history without being noticed.
    if (hasExtra(message)) return wire;
    freeze(wire);
    const from = isSame(wire, message) ? wire : copyMessage(message);
    this.#known[place] = { message, from, wire };
    return wire;
  }
}

function toWire(copy: ChatMessage): ChatMessage {
  copy.content = wellFormed(copy.content);
  if (copy.role === 'tool') copy.name = wireName(copy.name);
  if (copy.role !== 'assistant') return copy;
  if (copy.refusal !== undefined) copy.refusal = wellFormed(copy.refusal);
  for (const call of copy.toolCalls ?? []) {
    call.name = wireName(call.name);
    call.arguments = isObjectText(call.arguments) ? wellFormed(call.arguments) : '{}';
  }
  return copy;
}

// A prompt filter may send what is no text.
function wellFormed<T>(text: T): T | string {
  return typeof text === 'string' ? text.toWellFormed() : text;
}

function freeze(message: ChatMessage): ChatMessage {
  if (message.role === 'assistant' && message.toolCalls !== undefined) {
    message.toolCalls.forEach(Object.freeze);
    Object.freeze(message.toolCalls);
  }
  return Object.freeze(message);
}

// Asked of each message in each request: by roles, so that each place sees few kinds of objects, and without closures.
function isSame(one: ChatMessage, other: ChatMessage): boolean {
  switch (one.role) {
    case 'assistant':
      return other.role === 'assistant' && isSameAnswer(one, other);
    case 'tool':
      return other.role === 'tool' && isSameResult(one, other);
    default:
      return other.role === one.role && other.content === one.content;
  }
}

function isSameResult(one: ResultMessage, other: ResultMessage): boolean {
  if (one.toolCallId !== other.toolCallId || one.name !== other.name) return false;
  return one.content === other.content && one.isError === other.isError;
}

function isSameAnswer(one: AssistantMessage, other: AssistantMessage): boolean {
  if (one.content !== other.content || one.refusal !== other.refusal || other.extra !== undefined) return false;
  const { toolCalls: calls = NO_CALLS } = one;
  const { toolCalls: others = NO_CALLS } = other;
  if (calls.length !== others.length) return false;
  for (let index = 0; index < calls.length; index += 1) {
    if (!isSameCall(calls[index], others[index])) return false;
  }
  return true;
}

function isSameCall(one: ToolCall | undefined, other: ToolCall | undefined): boolean {
  if (one === undefined || other === undefined || other.extra !== undefined) return false;
  return one.id === other.id && one.name === other.name && one.arguments === other.arguments;
}

function wireName(name: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name)
    ? name
    : name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME) || 'unknown';
}

function isObjectText(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}
