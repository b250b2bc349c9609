export { OpenAIChatCompletion } from './openai-chat-completion.js';
export type { OpenAIChatCompletionOptions } from './openai-chat-completion.js';
export type { OpenAIProfile } from './profiles.js';
