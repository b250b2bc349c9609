import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../../dist/index.js';
import { DESCRIPTION, NAME, QUESTION, SCHEMA, forecast } from '../../tool.mjs';

const tool = defineFunction({ name: 'forecast', description: DESCRIPTION, input: SCHEMA }, forecast);

/** `kernel.chat` alone: the model answers in memory. */
export function prepare({ rounds }) {
  const service = {
    modelId: 'memory',
    complete: async ({ messages }) => {
      const place = Math.floor((messages.length - 1) / 2);
      if (place >= rounds) return { message: { role: 'assistant', content: 'Done.' }, finishReason: 'stop' };
      const call = {
        id: `call_${place}`,
        name: NAME,
        arguments: JSON.stringify({ city: 'Reykjavik', days: place % 7 }),
      };
      return { message: { role: 'assistant', content: null, toolCalls: [call] }, finishReason: 'tool_calls' };
    },
  };
  const kernel = new Kernel({ services: service });
  kernel.addPlugin(definePlugin('weather', [tool]));
  const functions = FunctionChoiceBehavior.auto({ maxAttempts: rounds + 1 });
  return async () => (await kernel.chat(QUESTION, { functions })).text;
}
