import { copyOf } from '../copy-of.js';
import type { ChatMessage } from './chat-service.js';

/** A copy that can be written to: its calls and its `extra` are copies as well. */
export function copyMessage<Message extends ChatMessage>(message: Message): Message {
  const copy = copyOf(message);
  if (copy.role !== 'assistant') return copy;
  if (copy.toolCalls !== undefined) copy.toolCalls = copy.toolCalls.map(copyOf);
  if (copy.extra !== undefined) copy.extra = { ...copy.extra };
  return copy;
}
