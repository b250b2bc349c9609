import OpenAI from 'openai';
import { DESCRIPTION, NAME, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

/** `runTools` of the `openai` package. */
export function prepare(conversation) {
  return prepareWith(conversation, {});
}

/** The same, with options for its requests. */
export function prepareWith({ baseURL, rounds }, options) {
  const client = new OpenAI({ baseURL, apiKey: 'key' });
  const details = { name: NAME, description: DESCRIPTION, parameters: SCHEMA, function: forecast, parse: JSON.parse };
  return async () => {
    const runner = client.chat.completions.runTools(
      {
        model: 'model',
        messages: [{ role: 'user', content: QUESTION }],
        tools: [{ type: 'function', function: details }],
      },
      { maxChatCompletions: rounds + 1, ...options },
    );
    return runner.finalContent();
  };
}
