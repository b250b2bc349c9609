import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { DESCRIPTION, NAME, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

/** `generateText` of the Vercel AI SDK. */
export function prepare({ baseURL, rounds }) {
  const model = createOpenAI({ baseURL, apiKey: 'key' }).chat('model');
  const tools = { [NAME]: tool({ description: DESCRIPTION, inputSchema: jsonSchema(SCHEMA), execute: forecast }) };
  const stopWhen = stepCountIs(rounds + 1);
  return async () => (await generateText({ model, tools, stopWhen, prompt: QUESTION })).text;
}
