import { randomUUID } from 'node:crypto';
import type { AssistantMessage, ChatResponse } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import type { ToolCall } from '../functions/invocation.js';

/**
 * What the kernel goes on with: every call has an id of its own, placeholders without name and arguments are gone.
 * @throws KernelError `invalid_response` if a service answers without a message
 */
export function normalizeResponse(response: ChatResponse | undefined): ChatResponse {
  const message: unknown = response?.message;
  if (response === undefined || typeof message !== 'object' || message === null) {
    throw new KernelError('invalid_response', 'The chat service answered without a message.');
  }
  return { ...response, message: normalizeMessage(response.message) };
}

function normalizeMessage(message: AssistantMessage): AssistantMessage {
  const { toolCalls, ...rest } = message;
  const used = new Set<string>();
  const calls = (toolCalls ?? [])
    .filter((call) => call.name || call.arguments)
    .map((call) => normalizeCall(call, used));
  const content = typeof rest.content === 'string' ? rest.content : null;
  return { ...rest, role: 'assistant', content, ...(calls.length > 0 && { toolCalls: calls }) };
}

function normalizeCall(call: ToolCall, used: Set<string>): ToolCall {
  const id = call.id && !used.has(call.id) ? call.id : `call_${randomUUID()}`;
  used.add(id);
  // A service of somebody's own may give the arguments as an object.
  const text: unknown = call.arguments ?? '';
  return { ...call, id, name: call.name ?? '', arguments: typeof text === 'string' ? text : JSON.stringify(text) };
}
