// Every name of the adapters that compile without their frameworks; the others are compiled in test/peers.
import { defineFunction, definePlugin } from 'dynamic-sessions-kernel';
import { toAiSdkTools } from 'dynamic-sessions-kernel/ai-sdk';
import type {
  AiSdkInputSchema,
  AiSdkTool,
  AiSdkToolOutput,
  ModelFunctionsOptions,
  ResultImage,
} from 'dynamic-sessions-kernel/ai-sdk';
import { toLlamaIndexTools } from 'dynamic-sessions-kernel/llamaindex';
import type { LlamaIndexTool } from 'dynamic-sessions-kernel/llamaindex';
import { same } from './same.js';

const plugin = definePlugin('lab', [defineFunction({ name: 'run', input: { type: 'object' } }, () => 'ran')]);
const options: ModelFunctionsOptions = { names: { run: 'go' }, arguments: { user: 'alice' } };

const tools = toAiSdkTools(plugin, options);
same<typeof tools, Record<string, AiSdkTool>>();
export const schema: AiSdkInputSchema | undefined = tools['go']?.inputSchema;
export const output: Promise<AiSdkToolOutput> | undefined = tools['go']?.execute({}, { toolCallId: 'c1' });
export function toUrl({ mediaType, data }: ResultImage): string {
  return `data:${mediaType};base64,${data}`;
}

const list = toLlamaIndexTools([plugin], { names: undefined });
same<typeof list, LlamaIndexTool[]>();
