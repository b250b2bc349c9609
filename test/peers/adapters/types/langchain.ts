import type { StructuredToolInterface } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { toLangChainTools } from 'dynamic-sessions-kernel/langchain';
import type { ModelFunctionsOptions } from 'dynamic-sessions-kernel/langchain';
import { createAgent } from 'langchain';

const options: ModelFunctionsOptions = { names: { execute_code: 'python' } };
const tools = toLangChainTools(new SessionsPythonTool(), options);
const [first] = tools;
export const one: StructuredToolInterface | undefined = first;
export const name: string | undefined = first?.name;
const model = new ChatOpenAI({ model: 'mock' });
export const bound = model.bindTools(tools);
export const agent = createAgent({ model, tools });
