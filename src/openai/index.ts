export { OpenAIChatCompletion } from './openai-chat-completion.js';
export { OpenAIResponses } from './openai-responses.js';
export type { OpenAIChatCompletionOptions } from './openai-chat-completion.js';
export type { OpenAIResponsesOptions } from './openai-responses.js';
export type { OpenAIProfile } from './profiles.js';
