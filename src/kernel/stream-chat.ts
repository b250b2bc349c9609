import type { ChatHistory } from '../chat/chat-history.js';
import type { ChatService } from '../chat/chat-service.js';
import { linkSignal } from '../functions/abort.js';
import { checkChatOptions } from './chat-options.js';
import type { ChatOptions } from './chat-result.js';
import { createChatStream } from './chat-stream.js';
import type { ChatStream } from './chat-stream.js';
import type { KernelState } from './kernel-state.js';
import { startChat } from './start-chat.js';

/** What a streamed run is made with; its service is chosen when it starts. */
export interface StreamChatOptions {
  readonly state: KernelState;
  readonly chooseService: () => ChatService;
  readonly options: ChatOptions;
}

/** A run that starts when its stream is read, and ends when the reader leaves it. */
export function streamChat(
  input: string | ChatHistory,
  { state, chooseService, options }: StreamChatOptions,
): ChatStream {
  return createChatStream(async (emit, abandoned) => {
    abandoned.throwIfAborted();
    checkChatOptions('chatStream()', options);
    const service = chooseService();
    const linked = linkSignal(options.signal);
    const leave = (): void => linked.abort(abandoned.reason);
    abandoned.addEventListener('abort', leave, { once: true });
    try {
      return await startChat(input, { state, service, options: { ...options, signal: linked.signal }, emit });
    } finally {
      abandoned.removeEventListener('abort', leave);
      linked.release();
    }
  });
}
