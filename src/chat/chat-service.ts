import type { JsonSchema, ToolCall } from '../functions/invocation.js';

/** A function as a model is shown it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly strict?: boolean | undefined;
}

/** What a model said. Text may accompany calls. */
export interface AssistantMessage {
  role: 'assistant';
  content: string | null;
  toolCalls?: ToolCall[] | undefined;
  refusal?: string | undefined;
  /** Opaque fields of the model's wire, replayed verbatim; what repeats the message itself, only while that is unedited. */
  extra?: Record<string, unknown> | undefined;
}

/** One message of a conversation; plain data. */
export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | AssistantMessage
  | { role: 'tool'; toolCallId: string; name: string; content: string; isError?: boolean | undefined };

/** Tokens, as the model's service counts them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number | undefined;
  reasoningTokens?: number | undefined;
}

/** Passed on to the model's service; what is unset is left to its default. */
export interface ChatSettings {
  temperature?: number | undefined;
  topP?: number | undefined;
  /** How long the answer may be, in tokens. */
  maxTokens?: number | undefined;
  stop?: string | string[] | undefined;
  seed?: number | undefined;
  responseFormat?: unknown;
  reasoningEffort?: string | undefined;
  /** Further fields of the request, verbatim. */
  extra?: Record<string, unknown> | undefined;
}

/**
 * One request to a model: plain data that survives structuredClone. Ids, legal names and the `{}` for unparsable
 * arguments are the kernel's work; a service only maps.
 */
export interface ChatRequest {
  messages: readonly ChatMessage[];
  tools?: readonly ToolDefinition[] | undefined;
  toolChoice?: 'auto' | 'required' | 'none' | { name: string } | undefined;
  parallelToolCalls?: boolean | undefined;
  settings?: ChatSettings | undefined;
}

/** A model's answer to one request. */
export interface ChatResponse {
  message: AssistantMessage;
  finishReason: 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'unknown';
  usage?: Usage | undefined;
  id?: string | undefined;
  model?: string | undefined;
  /** The answer as the service's own client gave it. */
  raw?: unknown;
}

/** A piece of a streamed answer; `end` comes last, with the whole. */
export type ChatDelta = { type: 'text' | 'reasoning'; text: string } | { type: 'end'; response: ChatResponse };

/** Makes exactly one model request per call: rounds, limits and function calls are the kernel's. */
export interface ChatService {
  /** The name it is registered under, unless `addService` is given another. */
  readonly id?: string | undefined;
  readonly modelId: string;
  /** As in `gen_ai.provider.name`: `openai`, `azure.ai.openai` and so on. */
  readonly provider?: string | undefined;
  /** What the service can do; each is true unless it says false. */
  readonly supports?:
    | {
        toolChoiceNone?: boolean | undefined;
        strictSchemas?: boolean | undefined;
        parallelToolCalls?: boolean | undefined;
      }
    | undefined;
  /**
   * Whether its requests leave the process, and so cannot lead back to a kernel in it; what notices that makes each of
   * them dearer on Node 20 and 22. @default false
   */
  readonly isRemote?: boolean | undefined;
  /**
   * @param options `signal` may be that of several requests of a run: take listeners off it again
   * @throws whatever its client throws; the kernel wraps it as `service_failed`
   */
  complete(request: ChatRequest, options: { signal: AbortSignal }): Promise<ChatResponse>;
  /** Without it, a streamed answer arrives in one piece. */
  stream?: ((request: ChatRequest, options: { signal: AbortSignal }) => AsyncIterable<ChatDelta>) | undefined;
}
