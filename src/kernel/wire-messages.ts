import type { ChatMessage } from '../chat/chat-service.js';
import type { ToolCall } from '../functions/invocation.js';

const LONGEST_NAME = 64;

interface WireCall {
  readonly from: Pick<ToolCall, 'name' | 'arguments'>;
  readonly call: ToolCall;
}

// Every request repeats the whole history; a call is examined once. Services are given copies.
const wireCalls = new WeakMap<ToolCall, WireCall>();

/**
 * The history as it is sent. The model's own words are kept in the history; services check what is replayed and refuse
 * a conversation for a name with a dot in it, or for arguments that are not an object.
 */
export function wireMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map((message) => {
    if (message.role === 'tool') return { ...message, name: wireName(message.name) };
    if (message.role !== 'assistant' || message.toolCalls === undefined) return { ...message };
    return { ...message, toolCalls: message.toolCalls.map(wireCall) };
  });
}

function wireCall(call: ToolCall): ToolCall {
  const known = wireCalls.get(call);
  if (known?.from.name === call.name && known.from.arguments === call.arguments) return { ...known.call };
  const wire = { ...call, name: wireName(call.name), arguments: isObjectText(call.arguments) ? call.arguments : '{}' };
  wireCalls.set(call, { from: { name: call.name, arguments: call.arguments }, call: wire });
  return { ...wire };
}

function wireName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME) || 'unknown';
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
