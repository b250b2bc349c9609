import type { KernelArguments } from '../functions/invocation.js';

/** A function as Chat Completions takes it. */
export type ChatTool = {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown>; strict?: boolean };
};

/** A function as the Responses API takes it. */
export type ResponsesTool = {
  type: 'function';
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  strict: boolean;
};

/** The answer to a call on Chat Completions; with the role `function` to one of its older form, `function_call`. */
export type ChatToolMessage =
  | { role: 'tool'; tool_call_id: string; content: string }
  | { role: 'function'; name: string; content: string };

/** The answer to a call on the Responses API. */
export type ResponsesToolOutput = { type: 'function_call_output'; call_id: string; output: string };

/** Options of `getToolDefinition`. */
export interface ToolDefinitionOptions {
  /** Which API the definition is for. */
  api: 'chat' | 'responses';
  /** The function, as `name` or `plugin-name`. @default the first that a model may see */
  name?: string | undefined;
  /** The name that the model sees. @default the function's */
  as?: string | undefined;
  /** Whether the model must keep to the schema. @default as the function is declared */
  strict?: boolean | undefined;
}

/** Options of `executeToolCall` and `executeToolCalls`. */
export interface ExecuteToolCallOptions {
  /** The name that the model was given in the place of the function's. */
  as?: string | undefined;
  /** The function that `as` stands for. @default the first that a model may see */
  name?: string | undefined;
  /** Values of the application: for hidden parameters, such as `sessionId`. */
  arguments?: KernelArguments | undefined;
  signal?: AbortSignal | undefined;
}

/** A call on Chat Completions. */
export interface ChatToolCallLike {
  readonly id: string;
  readonly type: 'function' | 'custom';
}

/** An answer on Chat Completions, or its one choice, or its message. */
export type ChatAnswerLike =
  | { readonly choices: readonly object[] }
  | { readonly message: { readonly role: 'assistant' } }
  | { readonly role: 'assistant'; readonly content: unknown };

/** A call on the Responses API. */
export interface ResponsesToolCallLike {
  readonly call_id: string;
  readonly type: 'function_call';
}
