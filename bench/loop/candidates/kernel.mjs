import OpenAI from 'openai';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../../dist/index.js';
import { OpenAIChatCompletion } from '../../../dist/openai/index.js';
import { DESCRIPTION, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

const tool = defineFunction({ name: 'forecast', description: DESCRIPTION, input: SCHEMA }, forecast);

/** `kernel.chat` over the `openai` client. */
export function prepare({ baseURL, rounds }) {
  const client = new OpenAI({ baseURL, apiKey: 'key' });
  const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'model' }) });
  kernel.addPlugin(definePlugin('weather', [tool]));
  const functions = FunctionChoiceBehavior.auto({ maxAttempts: rounds + 1 });
  return async () => (await kernel.chat(QUESTION, { functions })).text;
}
