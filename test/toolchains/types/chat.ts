// The names of the root entry for conversations and the kernel, used for what they are.
import { ChatHistory, FunctionChoiceBehavior, Kernel } from 'dynamic-sessions-kernel';
import type {
  AssistantMessage,
  AutoFunctionChoiceOptions,
  AutoFunctionContext,
  ChatDelta,
  ChatEvent,
  ChatMessage,
  ChatOptions,
  ChatRequest,
  ChatResponse,
  ChatResult,
  ChatService,
  ChatSettings,
  ChatStream,
  Filter,
  FunctionCallRecord,
  FunctionContext,
  FunctionFilters,
  FunctionResult,
  InvokeOptions,
  KernelArguments,
  KernelHandle,
  KernelOptions,
  KernelPlugin,
  PromptContext,
  StopReason,
  ToolCall,
  ToolDefinition,
  Usage,
} from 'dynamic-sessions-kernel';
import { Plotter, add, plugin, schema } from './root.js';
import { same } from './same.js';

const usage: Usage = { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0 };
const call: ToolCall = { id: 'call_1', name: 'math-add', arguments: '{"x":1}' };
const assistant: AssistantMessage = { role: 'assistant', content: null, toolCalls: [call] };
const response: ChatResponse = { message: assistant, finishReason: 'tool_calls', usage };
const settings: ChatSettings = { temperature: 0, stop: ['\n'], extra: { logprobs: true } };
const tool: ToolDefinition = { name: 'math-add', description: 'Adds.', parameters: schema, strict: true };
const messages: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
  assistant,
  { role: 'tool', toolCallId: 'call_1', name: 'math-add', content: '3', isError: false },
];
const request: ChatRequest = { messages, tools: [tool], toolChoice: { name: 'math-add' }, settings };
const service: ChatService = {
  modelId: 'mine',
  supports: { toolChoiceNone: false },
  async complete(asked, { signal }) {
    same<typeof asked, ChatRequest>();
    same<typeof signal, AbortSignal>();
    return response;
  },
  async *stream(): AsyncGenerator<ChatDelta> {
    yield { type: 'text', text: 'Hi' };
    yield { type: 'end', response };
  },
};

const history = new ChatHistory(messages).addSystem('a').addUser('b').addAssistant('c').add(assistant);
same<ReturnType<ChatHistory['openCalls']>, readonly ToolCall[]>();
same<typeof history.messages, readonly ChatMessage[]>();
history.closeOpenCalls();
export const copy: ChatHistory = ChatHistory.from(JSON.parse(JSON.stringify(history)));

const filters: FunctionFilters = { includedPlugins: ['math'], excludedFunctions: ['math-add'] };
const limits: AutoFunctionChoiceOptions = { filters, maxAttempts: 3, maxCalls: 9, concurrency: 2, autoInvoke: true };
export const choices: readonly FunctionChoiceBehavior[] = [
  FunctionChoiceBehavior.auto(limits),
  FunctionChoiceBehavior.required({ name: 'math-add' }),
  FunctionChoiceBehavior.none({ filters }),
];

const kernelOptions: KernelOptions = { services: [service], functionNameSeparator: '__', errorDetail: 'none' };
const kernel = new Kernel(kernelOptions);
const logging: Filter<FunctionContext> = async (context, next) => {
  same<typeof context.kernel, Kernel>();
  same<typeof context.arguments, KernelArguments>();
  await next();
};
const stopping: Filter<AutoFunctionContext> = async (context, next) => {
  same<typeof context.message, AssistantMessage>();
  context.terminate = context.index + 1 === context.count;
  await next();
};
const caching: Filter<PromptContext> = (context) => {
  same<typeof context.messages, readonly ChatMessage[]>();
  context.response = response;
};
same<ReturnType<Kernel['getPlugin']>, KernelPlugin>();
same<ReturnType<Kernel['toolDefinitions']>, readonly ToolDefinition[]>();

export async function useKernel(signal: AbortSignal): Promise<void> {
  const removers = [
    kernel.addFilter('function', logging),
    kernel.addFilter('autoFunction', stopping),
    kernel.addFilter('prompt', caching),
    kernel.addFilter('autoFunction', (context) => void (context.terminate = true)),
  ];
  for (const remove of removers) remove();
  const plotter = kernel.addPlugin(new Plotter(), 'plotter', { replace: true });
  kernel.addPlugin(plugin);
  const invoking: InvokeOptions = { signal, timeoutMs: 100 };
  const sum = await kernel.invoke(add, { x: 1 }, invoking);
  same<typeof sum, FunctionResult<number>>();
  same<typeof sum.value, number>();
  const text = await kernel.invoke<string>('plotter-run', { n: 1, of: 'a' });
  same<typeof text.value, string>();
  const indexed = await kernel.invoke<string>(plotter['run'] ?? '', { n: 1 });
  same<typeof indexed.value, string>();
  const handle: KernelHandle = kernel;
  await handle.invoke('plotter-run');
  const chatOptions: ChatOptions = { functions: FunctionChoiceBehavior.auto(), service, settings, signal };
  const result = await kernel.chat('Hi', chatOptions);
  same<typeof result, ChatResult>();
  same<typeof result.stopReason, StopReason>();
  same<typeof result.usage, Usage>();
  same<typeof result.calls, readonly FunctionCallRecord[]>();
  const record = await kernel.invokeToolCall(call);
  same<typeof record, FunctionCallRecord>();
  history.add(record.result);
  const stream: ChatStream = kernel.chatStream(history, { functions: false });
  for await (const event of stream) print(event);
  for await (const piece of stream.text()) same<typeof piece, string>();
  same<typeof stream.result, Promise<ChatResult>>();
}

function print(event: ChatEvent): string {
  switch (event.type) {
    case 'text':
    case 'reasoning':
      return `${event.attempt} ${event.text}`;
    case 'call':
      return event.call.name;
    case 'result':
      return event.record.result.content ?? '';
    case 'message':
      return event.message.role;
    case 'done':
      return event.result.text;
    default:
      return event satisfies never;
  }
}

export const sent = request;
