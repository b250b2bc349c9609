import type { AssistantMessage, ChatMessage, ChatRequest, ChatSettings, ToolDefinition } from '../chat/chat-service.js';
import { hasExtra } from '../chat/copy-message.js';
import type { ToolCall } from '../functions/invocation.js';
import { checkSettings } from './check-options.js';
import { mappedOnce } from './mapped-once.js';
import type { ProfileSwitches } from './profiles.js';
import { RESPONSES_OUTPUT } from './wire-fields.js';

/**
 * The body of a Chat Completions request; nothing about functions is in it unless some are offered.
 * @throws KernelError `invalid_options` for a setting that there is none of
 */
export function chatCompletionsBody(
  model: string,
  request: ChatRequest,
  profile: ProfileSwitches,
): Record<string, unknown> {
  const { messages, tools = [], toolChoice, parallelToolCalls, settings } = request;
  const body: Record<string, unknown> = {
    model,
    messages: wireMessages(messages, profile),
  };
  if (tools.length > 0) {
    const isOfferedAlone = typeof toolChoice === 'object' && !profile.namedToolChoice;
    body['tools'] = wireTools(isOfferedAlone ? tools.filter(({ name }) => name === toolChoice.name) : tools);
    if (toolChoice !== undefined) body['tool_choice'] = isOfferedAlone ? 'required' : wireToolChoice(toolChoice);
    if (parallelToolCalls !== undefined) body['parallel_tool_calls'] = parallelToolCalls;
  }
  return settings === undefined ? body : { ...body, ...wireSettings(settings, profile) };
}

function wireMessages(messages: readonly ChatMessage[], { systemRole }: ProfileSwitches): Record<string, unknown>[] {
  const wire = mapMessages(messages);
  if (systemRole === 'system') return wire;
  return wire.map((message) => (message['role'] === 'system' ? { ...message, role: systemRole } : message));
}

// The kernel sends the same frozen messages and definitions again in each request.
const wireTools = mappedOnce({
  map: wireTool,
  isFixed: Object.isFrozen,
  freeze: (wire) => {
    Object.freeze(wire.function);
    Object.freeze(wire);
  },
});

const mapMessages = mappedOnce<ChatMessage, WireMessage>({
  map: wireMessage,
  isFixed: (message) => Object.isFrozen(message) && !hasExtra(message),
  freeze: (wire) => {
    for (const call of wire.tool_calls ?? []) {
      Object.freeze(call.function);
      Object.freeze(call);
    }
    Object.freeze(wire.tool_calls);
    Object.freeze(wire);
  },
});

interface WireMessage extends Record<string, unknown> {
  tool_calls?: readonly WireFunction[];
}

interface WireFunction extends Record<string, unknown> {
  readonly function: object;
}

function wireMessage(message: ChatMessage): WireMessage {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant': {
      const { content, refusal, toolCalls } = message;
      const wire = extraOf(message);
      wire['role'] = 'assistant';
      wire['content'] = content;
      if (refusal !== undefined) wire['refusal'] = refusal;
      if (toolCalls !== undefined) wire.tool_calls = toolCalls.map(wireCall);
      return wire;
    }
    default:
      return message satisfies never;
  }
}

// Field by field, here and in calls: on Node 20 each property that follows a spread costs as much as a small function.
function extraOf({ extra }: AssistantMessage): WireMessage {
  if (extra === undefined) return {};
  const { [RESPONSES_OUTPUT]: _, ...rest } = extra;
  return rest;
}

function wireCall({ id, name, arguments: args, extra }: ToolCall): WireFunction {
  const call = { id, type: 'function', function: { name, arguments: args } };
  return extra === undefined ? call : { ...extra, ...call };
}

function wireTool({ name, description, parameters, strict }: ToolDefinition): WireFunction {
  return { type: 'function', function: { name, description, parameters, ...(strict === true && { strict }) } };
}

function wireToolChoice(choice: NonNullable<ChatRequest['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}

function wireSettings(settings: ChatSettings, profile: ProfileSwitches): Record<string, unknown> {
  checkSettings(settings);
  const { temperature, topP, maxTokens, stop, seed, responseFormat, reasoningEffort, extra } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { [profile.maxTokensField]: maxTokens }),
    ...(stop !== undefined && { stop }),
    ...(seed !== undefined && { seed }),
    ...(responseFormat !== undefined && { response_format: responseFormat }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
    ...extra,
  };
}
