import { randomUUID } from 'node:crypto';
import type { ChatRequest, ChatResponse, ChatService, ToolDefinition } from '../chat/chat-service.js';
import { inPoolFlags } from './flag-names.js';

/**
 * Stands in for a model where none is configured, and is no model: the user's line becomes the only argument of the first
 * function on offer that takes one text, and what the function gave back becomes the answer. It knows no Python.
 */
export class StandInModel implements ChatService {
  readonly modelId = 'stand-in';

  async complete({ messages, tools = [] }: ChatRequest): Promise<ChatResponse> {
    const last = messages.at(-1);
    if (last?.role === 'tool') return answer(plainly(last.content));
    const [name, parameter] = tools.map(textFunction).find((found) => found !== undefined) ?? [];
    if (last?.role !== 'user' || name === undefined || parameter === undefined) {
      return answer('No function that takes a text is on offer.');
    }
    const call = { id: `call_${randomUUID()}`, name, arguments: JSON.stringify({ [parameter]: last.content }) };
    return { message: { role: 'assistant', content: null, toolCalls: [call] }, finishReason: 'tool_calls' };
  }
}

/** A success without its labels, where it has one part only; anything else as it came back, in words of the command. */
function plainly(text: string): string {
  if (text.startsWith('Error: ')) return inPoolFlags(text);
  const parts = text.replace(/^Status: Succeeded\n/, '');
  const [, only] = /^(?:Result|Stdout):[ \n](.*)$/s.exec(parts) ?? [];
  if (only !== undefined && !/^(?:Stdout|Stderr):|^\[image /m.test(only)) return only;
  return parts.replace('or raise `timeoutInSeconds`', 'or give it to exec with a longer --timeout');
}

function answer(text: string): ChatResponse {
  return { message: { role: 'assistant', content: text }, finishReason: 'stop' };
}

/** The name of a function and of its one required parameter, if that is a text. */
function textFunction({ name, parameters }: ToolDefinition): readonly [string, string] | undefined {
  const required = parameters['required'];
  const [parameter, ...others] = Array.isArray(required) ? required : [];
  if (typeof parameter !== 'string' || others.length > 0) return undefined;
  const schema: unknown = Reflect.get(Object(parameters['properties']), parameter);
  return Reflect.get(Object(schema), 'type') === 'string' ? [name, parameter] : undefined;
}
