import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage, ChatMessage, ChatResponse, ChatSettings } from '../chat/chat-service.js';
import type { FunctionMetadata, KernelArguments, KernelHandle, ToolCall } from '../functions/invocation.js';
import type { AdvertisedFunctions } from './advertised-functions.js';
import type { FunctionFilters } from './function-choice-behavior.js';

/** What filters are around; those of functions are around automatic calls, too. */
export type FilterKind = 'function' | 'autoFunction' | 'prompt';

/** The filters as the loop sees them; they add the kernel to each context. */
export interface FilterRunner {
  /** Whether there is a filter around what is of a kind; where there is none, the body can be run as it is. */
  has(kind: FilterKind): boolean;
  runFunction(
    context: { function: FunctionMetadata; arguments: KernelArguments; signal: AbortSignal; toolCall?: ToolCall },
    body: (args: KernelArguments) => Promise<unknown>,
  ): Promise<unknown>;
  runAutoFunction(
    context: {
      function: FunctionMetadata;
      arguments: KernelArguments;
      signal: AbortSignal;
      toolCall?: ToolCall;
      history: ChatHistory;
      message: AssistantMessage;
      attempt: number;
      index: number;
      count: number;
      terminate: boolean;
    },
    body: (args: KernelArguments) => Promise<unknown>,
  ): Promise<{ readonly result: unknown; readonly terminate: boolean }>;
  runPrompt(
    context: { messages: readonly ChatMessage[]; settings: ChatSettings; attempt: number },
    body: (messages: readonly ChatMessage[], settings: ChatSettings) => Promise<ChatResponse>,
  ): Promise<ChatResponse | undefined>;
}

/** What the loop needs of the kernel that runs it. */
export interface KernelState {
  readonly handle: KernelHandle;
  /** The functions that a model may see, of those that the filters let through. */
  readonly advertise: (filters?: FunctionFilters) => AdvertisedFunctions;
  readonly filters: FilterRunner;
  readonly errorDetail: 'message' | 'none';
  readonly captureContent: boolean;
}
