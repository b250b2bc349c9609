import type { AssistantMessage, ChatMessage } from '../chat/chat-service.js';
import { copyMessage } from '../chat/copy-message.js';
import type { ToolCall } from '../functions/invocation.js';

const LONGEST_NAME = 64;
const NO_CALLS: readonly ToolCall[] = [];

interface WireForm {
  readonly message: ChatMessage;
  /** What the message was when it was examined. */
  readonly from: ChatMessage;
  readonly wire: ChatMessage;
}

/**
 * A history as it is sent: copies, frozen and the same ones in each request of a run where they are known to be. The model's own words are kept in the
 * history; services check what is replayed and refuse a conversation for a name with a dot in it, or for arguments that
 * are not an object.
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
    // What is inside of `extra` is the history's own, and may be written to without being noticed.
    if (hasExtra(message)) return wire;
    freeze(wire);
    const from = isSame(wire, message) ? wire : copyMessage(message);
    this.#known[place] = { message, from, wire };
    return wire;
  }
}

function toWire(copy: ChatMessage): ChatMessage {
  if (copy.role === 'tool') copy.name = wireName(copy.name);
  if (copy.role !== 'assistant') return copy;
  for (const call of copy.toolCalls ?? []) {
    call.name = wireName(call.name);
    if (!isObjectText(call.arguments)) call.arguments = '{}';
  }
  return copy;
}

function freeze(message: ChatMessage): ChatMessage {
  if (message.role === 'assistant' && message.toolCalls !== undefined) {
    message.toolCalls.forEach(Object.freeze);
    Object.freeze(message.toolCalls);
  }
  return Object.freeze(message);
}

function hasExtra(message: ChatMessage): boolean {
  if (message.role !== 'assistant') return false;
  return message.extra !== undefined || (message.toolCalls?.some((call) => call.extra !== undefined) ?? false);
}

function isSame(one: ChatMessage, other: ChatMessage): boolean {
  if (one.role !== other.role || one.content !== other.content) return false;
  if (one.role === 'tool' && other.role === 'tool') {
    return one.toolCallId === other.toolCallId && one.name === other.name && one.isError === other.isError;
  }
  return one.role !== 'assistant' || other.role !== 'assistant' || isSameAnswer(one, other);
}

function isSameAnswer(one: AssistantMessage, other: AssistantMessage): boolean {
  if (one.refusal !== other.refusal || other.extra !== undefined) return false;
  const { toolCalls: calls = NO_CALLS } = one;
  const { toolCalls: others = NO_CALLS } = other;
  if (calls.length !== others.length) return false;
  return calls.every((call, index) => isSameCall(call, others[index]));
}

function isSameCall(one: ToolCall, other: ToolCall | undefined): boolean {
  return (
    one.id === other?.id && one.name === other.name && one.arguments === other.arguments && other.extra === undefined
  );
}

function wireName(name: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name)
    ? name
    : name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME) || 'unknown';
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
