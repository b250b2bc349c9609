import type { ChatMessage, ChatRequest } from '../../src/index.js';
import { requestProblems } from './check-request.js';

interface WireMessage {
  role: string;
  content: string | null;
  refusal?: string;
  tool_call_id?: string;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
}

interface WireRequest {
  messages: WireMessage[];
  tools?: { type: string; function: { name: string } }[];
  tool_choice?: unknown;
  parallel_tool_calls?: boolean;
}

/** What a strict Chat Completions server would refuse in the body of a request. */
export function wireProblems(body: WireRequest): string[] {
  const nulls = body.messages
    .filter((message) => message.content === undefined)
    .map((_, index) => `message ${index} has no content`);
  const idle = body.tools === undefined && (body.tool_choice !== undefined || body.parallel_tool_calls !== undefined);
  const empty = body.tools?.length === 0 ? ['an empty list of tools'] : [];
  const request = {
    messages: body.messages.map(messageFrom),
    ...(body.tools && { tools: body.tools.map((tool) => ({ ...tool.function, description: '', parameters: {} })) }),
  } satisfies ChatRequest;
  return [...requestProblems(request), ...nulls, ...empty, ...(idle ? ['fields about tools without tools'] : [])];
}

function messageFrom(message: WireMessage): ChatMessage {
  switch (message.role) {
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content,
        ...(message.refusal !== undefined && { refusal: message.refusal }),
        ...(message.tool_calls && {
          toolCalls: message.tool_calls.map((call) => ({
            id: call.id,
            name: call.function.name,
            arguments: call.function.arguments,
          })),
        }),
      };
    case 'tool':
      // The wire has no name here.
      return { role: 'tool', toolCallId: message.tool_call_id ?? '', name: 'any', content: message.content ?? '' };
    default:
      return { role: 'user', content: message.content ?? '' };
  }
}
