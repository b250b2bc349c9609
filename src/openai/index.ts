export { OpenAIChatCompletion } from './openai-chat-completion.js';
export { OpenAIResponses } from './openai-responses.js';
export { getToolDefinition } from './tool-definition.js';
export { executeToolCall, executeToolCalls, getToolCallArguments } from './tools.js';
export type { OpenAIChatCompletionOptions } from './openai-chat-completion.js';
export type { OpenAIResponsesOptions } from './openai-responses.js';
export type { OpenAIProfile } from './profiles.js';
export type {
  ChatAnswerLike,
  ChatTool,
  ChatToolCallLike,
  ChatToolMessage,
  ExecuteToolCallOptions,
  ResponsesTool,
  ResponsesToolCallLike,
  ResponsesToolOutput,
  ToolDefinitionOptions,
} from './tool-types.js';
