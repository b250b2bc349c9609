import OpenAI from 'openai';
import { DESCRIPTION, NAME, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

/** No loop to speak of: the same requests through the `openai` client, by hand. */
export function prepare(conversation) {
  return prepareWith(conversation, undefined);
}

/** The same, with options for the requests. */
export function prepareWith({ baseURL }, options) {
  const client = new OpenAI({ baseURL, apiKey: 'key' });
  const details = { name: NAME, description: DESCRIPTION, parameters: SCHEMA };
  const tools = [{ type: 'function', function: details }];
  return async () => {
    const messages = [{ role: 'user', content: QUESTION }];
    for (;;) {
      const body = { model: 'model', messages, tools, tool_choice: 'auto' };
      const { choices } = await client.chat.completions.create(body, options);
      const { content, tool_calls } = choices[0].message;
      if (!tool_calls) return content;
      messages.push({ role: 'assistant', content, tool_calls });
      for (const call of tool_calls) {
        messages.push({ role: 'tool', tool_call_id: call.id, content: forecast(JSON.parse(call.function.arguments)) });
      }
    }
  };
}
