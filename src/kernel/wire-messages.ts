import type { AssistantMessage, ChatMessage } from '../chat/chat-service.js';
import { copyMessage } from '../chat/copy-message.js';
import type { ToolCall } from '../functions/invocation.js';

const LONGEST_NAME = 64;

interface WireForm {
  /** What the message was when it was examined. */
  readonly from: ChatMessage;
  readonly wire: ChatMessage;
}

// Every request repeats the whole history: a message is examined once, and again after it was written to.
const wireForms = new WeakMap<ChatMessage, WireForm>();

/**
 * The history as it is sent: frozen copies, the same ones in each request. The model's own words are kept in the history;
 * services check what is replayed and refuse a conversation for a name with a dot in it, or for arguments that are not an
 * object.
 */
export function wireMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map(wireMessage);
}

function wireMessage(message: ChatMessage): ChatMessage {
  const known = wireForms.get(message);
  if (known !== undefined && isSame(known.from, message)) return known.wire;
  const wire = freeze(toWire(copyMessage(message)));
  wireForms.set(message, { from: copyMessage(message), wire });
  return wire;
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

function isSame(one: ChatMessage, other: ChatMessage): boolean {
  if (one.role !== other.role || one.content !== other.content) return false;
  if (one.role === 'tool' && other.role === 'tool') {
    return one.toolCallId === other.toolCallId && one.name === other.name && one.isError === other.isError;
  }
  return one.role !== 'assistant' || other.role !== 'assistant' || isSameAnswer(one, other);
}

// What is inside of `extra` may be written to without being noticed: with it nothing counts as the same.
function isSameAnswer(one: AssistantMessage, other: AssistantMessage): boolean {
  const [calls, others] = [one.toolCalls ?? [], other.toolCalls ?? []];
  return (
    one.refusal === other.refusal &&
    other.extra === undefined &&
    calls.length === others.length &&
    calls.every((call, index) => isSameCall(call, others[index]))
  );
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
