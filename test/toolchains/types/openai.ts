// Every name of ./openai.
import { Kernel } from 'dynamic-sessions-kernel';
import type { ChatService } from 'dynamic-sessions-kernel';
import { OpenAIChatCompletion, OpenAIResponses } from 'dynamic-sessions-kernel/openai';
import type {
  OpenAIChatCompletionOptions,
  OpenAIProfile,
  OpenAIResponsesOptions,
} from 'dynamic-sessions-kernel/openai';
import OpenAI, { AzureOpenAI } from 'openai';
import { same } from './same.js';

const client = new OpenAI({ apiKey: async () => 'token', baseURL: 'https://resource/openai/v1/' });
const azure = new AzureOpenAI({ azureADTokenProvider: async () => 'token', apiVersion: '2024-10-21' });
const profiles: readonly OpenAIProfile[] = ['generic', 'openai', 'ollama', 'vllm', 'lmstudio', 'gemini', 'deepseek'];
same<OpenAIProfile, 'generic' | 'openai' | 'ollama' | 'vllm' | 'lmstudio' | 'gemini' | 'deepseek'>();
const completion: OpenAIChatCompletionOptions = { client: azure, model: 'deployment', id: 'mine', profile: 'openai' };
const responses: OpenAIResponsesOptions = { client, model: 'gpt-4.1' };
const services: readonly ChatService[] = [
  new OpenAIChatCompletion(completion),
  new OpenAIResponses(responses),
  ...profiles.map((profile) => new OpenAIChatCompletion({ client, model: 'model', profile })),
];
same<Awaited<ReturnType<OpenAIResponses['complete']>>, Awaited<ReturnType<ChatService['complete']>>>();
export const kernel = new Kernel({ services });
