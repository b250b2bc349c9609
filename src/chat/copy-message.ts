import type { ChatMessage } from './chat-service.js';

/** A copy that can be written to: its calls and its `extra` are copies as well. */
export function copyMessage<Message extends ChatMessage>(message: Message): Message {
  if (message.role !== 'assistant') return { ...message };
  return {
    ...message,
    ...(message.toolCalls !== undefined && { toolCalls: message.toolCalls.map((call) => ({ ...call })) }),
    ...(message.extra !== undefined && { extra: { ...message.extra } }),
  };
}
