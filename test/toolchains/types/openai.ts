// Every name of ./openai.
import { Kernel } from 'dynamic-sessions-kernel';
import type { ChatService } from 'dynamic-sessions-kernel';
import {
  OpenAIChatCompletion,
  OpenAIResponses,
  executeToolCall,
  executeToolCalls,
  getToolCallArguments,
  getToolDefinition,
} from 'dynamic-sessions-kernel/openai';
import type {
  ChatAnswerLike,
  ChatTool,
  ChatToolCallLike,
  ChatToolMessage,
  ExecuteToolCallOptions,
  OpenAIChatCompletionOptions,
  OpenAIProfile,
  OpenAIResponsesOptions,
  ResponsesTool,
  ResponsesToolCallLike,
  ResponsesToolOutput,
  ToolDefinitionOptions,
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

const definition: ToolDefinitionOptions = { api: 'chat', name: undefined, as: 'code_interpreter', strict: undefined };
const execution: ExecuteToolCallOptions = { as: undefined, name: undefined, arguments: undefined, signal: undefined };
const chatTool: ChatTool = getToolDefinition({}, { api: 'chat' });
const responsesTool: ResponsesTool = getToolDefinition({}, { api: 'responses', strict: true });
same<ReturnType<typeof getToolDefinition>, Record<string, unknown>>();
export const definitions: readonly Record<string, unknown>[] = [chatTool, getToolDefinition({}, definition)];

/** What is given back goes into the next request of the `openai` package as it is. */
export async function useChat(messages: OpenAI.ChatCompletionMessageParam[]): Promise<void> {
  const completion = await client.chat.completions.create({ model: 'm', messages, tools: [chatTool] });
  const [choice] = completion.choices;
  if (choice === undefined) return;
  messages.push(choice.message, ...(await executeToolCalls({}, completion)));
  messages.push(...(await executeToolCalls({}, choice.message, execution)));
  messages.push(...(await executeToolCalls({}, choice.message.tool_calls ?? [])));
  for (const call of choice.message.tool_calls ?? []) {
    const answer = await executeToolCall({}, call);
    same<typeof answer, ChatToolMessage>();
    messages.push(answer);
    same<ReturnType<typeof getToolCallArguments>, Record<string, unknown>>();
    print(getToolCallArguments(call));
  }
  const likes: readonly [ChatAnswerLike, ChatAnswerLike, readonly ChatToolCallLike[]] = [completion, choice, []];
  messages.push(...(await executeToolCalls({}, likes[0])));
}

export async function useResponses(input: OpenAI.Responses.ResponseInputItem[]): Promise<void> {
  const response = await client.responses.create({ model: 'm', input, tools: [responsesTool] });
  const outputs = await executeToolCalls({}, response, { signal: new AbortController().signal });
  same<typeof outputs, ResponsesToolOutput[]>();
  input.push(...outputs, ...(await executeToolCalls({}, response.output)));
  for (const item of response.output) {
    if (item.type !== 'function_call') continue;
    const call: ResponsesToolCallLike = item;
    input.push(await executeToolCall({}, call));
  }
  // Plain JSON is as good.
  const plain: object = JSON.parse(JSON.stringify(response));
  same<Awaited<ReturnType<typeof executeToolCalls>>, Record<string, unknown>[]>();
  print(await executeToolCalls({}, plain));
}

function print(value: object): string {
  return JSON.stringify(value);
}
