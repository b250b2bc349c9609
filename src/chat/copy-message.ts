import { copyOf } from '../copy-of.js';
import { deepCopyOf } from '../deep-copy-of.js';
import type { ToolCall } from '../functions/invocation.js';
import type { ChatMessage } from './chat-service.js';

/** A copy that can be written to: its calls and all that is in `extra` are copies as well. */
export function copyMessage<Message extends ChatMessage>(message: Message): Message {
  const copy = copyOf(message);
  if (copy.role !== 'assistant') return copy;
  if (copy.toolCalls !== undefined) copy.toolCalls = copy.toolCalls.map(copyCall);
  if (copy.extra !== undefined) copy.extra = deepCopyOf(copy.extra);
  return copy;
}

/** The same of one call. */
export function copyCall(call: ToolCall): ToolCall {
  const copy = copyOf(call);
  if (copy.extra !== undefined) copy.extra = deepCopyOf(copy.extra);
  return copy;
}

/** Whether a message, or a call in it, holds what a service is to get back as it was. */
export function hasExtra(message: ChatMessage): boolean {
  if (message.role !== 'assistant') return false;
  return message.extra !== undefined || (message.toolCalls?.some((call) => call.extra !== undefined) ?? false);
}
