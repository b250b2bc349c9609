import type { ChatResponse } from '../chat/chat-service.js';

/** Warns the process of an answer that ends a run and may not be meant to. */
export function warnOfAnswer({ message, finishReason }: ChatResponse): void {
  if (finishReason === 'tool_calls' && message.toolCalls === undefined) {
    warn(
      "The chat service gave the finish reason 'tool_calls' and no call in `message.toolCalls`: no function was run, and the run ends.",
    );
  } else if (!message.content && !message.refusal) {
    warn(
      message.toolCalls === undefined
        ? 'The model answered with neither text nor a call.'
        : 'The model answered without text, and with calls where none may be run: they were dropped.',
    );
  }
}

function warn(text: string): void {
  process.emitWarning(text, 'KernelWarning');
}
