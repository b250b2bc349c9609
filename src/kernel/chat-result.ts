import type {
  AssistantMessage,
  ChatMessage,
  ChatResponse,
  ChatService,
  ChatSettings,
  Usage,
} from '../chat/chat-service.js';
import type { FunctionMetadata, KernelArguments, ToolCall } from '../functions/invocation.js';
import type { FunctionChoiceBehavior } from './function-choice-behavior.js';

/** How one run of `kernel.chat` goes. */
export interface ChatOptions {
  /** Which functions the model is offered. @default FunctionChoiceBehavior.auto(), if the kernel has any */
  functions?: FunctionChoiceBehavior | false | undefined;
  /** A registered id, or a service. @default the first registered one */
  service?: string | ChatService | undefined;
  settings?: ChatSettings | undefined;
  /** Values of the application: for hidden parameters, and where the model leaves a visible one out. */
  arguments?: KernelArguments | undefined;
  signal?: AbortSignal | undefined;
  /** For the whole run, in milliseconds; no limit by default. The run then rejects with a `TimeoutError`. */
  timeoutMs?: number | undefined;
}

/** Why a run ended. */
export type StopReason =
  | 'completed'
  | 'function_calls'
  | 'max_attempts'
  | 'max_calls'
  | 'max_errors'
  | 'terminated'
  | 'length'
  | 'content_filter'
  | 'refusal';

/** One call of a model and what became of it. */
export interface FunctionCallRecord {
  readonly call: ToolCall;
  /** Missing where the call named no function on offer. */
  readonly function?: FunctionMetadata;
  /** What the function was given; where a filter did not let it run, what it would have been given. */
  readonly arguments?: KernelArguments;
  /** What the function returned, whole. */
  readonly value?: unknown;
  /** The tool message: what the model is told. */
  readonly result: ChatMessage;
  /** Why it failed; `cause` is what the function threw. */
  readonly error?: Error;
  readonly attempt: number;
  readonly durationMs: number;
}

/** The outcome of a run. */
export interface ChatResult {
  /** The model's answer; for `terminated`, the result of the call that ended the run. */
  readonly text: string;
  readonly message: AssistantMessage;
  /** Everything that this run added to the conversation. */
  readonly messages: readonly ChatMessage[];
  readonly stopReason: StopReason;
  /** Summed over all requests. */
  readonly usage: Usage;
  /** How many rounds there were. Each is one request to the model, unless a prompt filter makes several or answers itself. */
  readonly attempts: number;
  readonly calls: readonly FunctionCallRecord[];
  readonly response: ChatResponse;
  /** Gives `text`. */
  toString(): string;
}

/** What a streamed run reports. */
export type ChatEvent =
  | { type: 'text' | 'reasoning'; text: string; attempt: number }
  /** Assembled and resolved, before it runs. */
  | { type: 'call'; call: ToolCall; attempt: number; index: number }
  /** As soon as it settles: out of order when calls run at once. */
  | { type: 'result'; record: FunctionCallRecord }
  /** Committed to the history, in order. */
  | { type: 'message'; message: ChatMessage; attempt: number }
  | { type: 'done'; result: ChatResult };
