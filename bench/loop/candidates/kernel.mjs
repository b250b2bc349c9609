import OpenAI from 'openai';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../../dist/index.js';
import { OpenAIChatCompletion } from '../../../dist/openai/index.js';
import { DESCRIPTION, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

/** `kernel.chat` over the `openai` client. */
export function prepare(conversation) {
  return prepareWith(conversation, {});
}

/** The same, with options for the function. */
export function prepareWith({ baseURL, rounds }, options) {
  const client = new OpenAI({ baseURL, apiKey: 'key' });
  const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'model' }) });
  const tool = defineFunction({ name: 'forecast', description: DESCRIPTION, input: SCHEMA, ...options }, forecast);
  kernel.addPlugin(definePlugin('weather', [tool]));
  const functions = FunctionChoiceBehavior.auto({ maxAttempts: rounds + 1 });
  return async () => (await kernel.chat(QUESTION, { functions })).text;
}
