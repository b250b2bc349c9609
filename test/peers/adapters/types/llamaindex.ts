import { OpenAI } from '@llamaindex/openai';
import { agent } from '@llamaindex/workflow';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { toLlamaIndexTools } from 'dynamic-sessions-kernel/llamaindex';
import type { ModelFunctionsOptions } from 'dynamic-sessions-kernel/llamaindex';
import type { BaseToolWithCall } from 'llamaindex';

const options: ModelFunctionsOptions = { arguments: { sessionId: 'of-alice' } };
const tools = toLlamaIndexTools(new SessionsPythonTool(), options);
export const all: BaseToolWithCall[] = tools;
export const codeAgent = agent({ llm: new OpenAI({ model: 'gpt-4o-mini' }), tools });
