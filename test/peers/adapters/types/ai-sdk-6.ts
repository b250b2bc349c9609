import type { LanguageModel, ToolSet } from 'ai-6';
import { generateText, streamText } from 'ai-6';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { toAiSdkTools } from 'dynamic-sessions-kernel/ai-sdk';

export async function answers(model: LanguageModel): Promise<string> {
  const tools = toAiSdkTools(new SessionsPythonTool(), { names: { execute_code: 'python' } });
  const set: ToolSet = { ...tools };
  streamText({ model, tools: set, prompt: '' });
  const { text, toolResults } = await generateText({ model, tools, prompt: '' });
  return text + toolResults.length;
}
