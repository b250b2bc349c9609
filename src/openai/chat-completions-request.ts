import type { ChatMessage, ChatRequest, ChatSettings, ToolDefinition } from '../chat/chat-service.js';
import type { ProfileSwitches } from './profiles.js';
import { RESPONSES_OUTPUT } from './wire-fields.js';

/** The body of a Chat Completions request; nothing about functions is in it unless some are offered. */
export function chatCompletionsBody(
  model: string,
  request: ChatRequest,
  profile: ProfileSwitches,
): Record<string, unknown> {
  const { messages, tools = [], toolChoice, parallelToolCalls, settings = {} } = request;
  return {
    model,
    messages: messages.map((message) => wireMessage(message, profile)),
    ...(tools.length > 0 && {
      tools: tools.map(wireTool),
      ...(toolChoice !== undefined && { tool_choice: wireToolChoice(toolChoice) }),
      ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
    }),
    ...wireSettings(settings, profile),
  };
}

function wireMessage(message: ChatMessage, profile: ProfileSwitches): Record<string, unknown> {
  switch (message.role) {
    case 'system':
      return { role: profile.systemRole, content: message.content };
    case 'user':
      return { role: 'user', content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant': {
      const { [RESPONSES_OUTPUT]: _, ...extra } = message.extra ?? {};
      return {
        ...extra,
        role: 'assistant',
        content: message.content,
        ...(message.refusal !== undefined && { refusal: message.refusal }),
        ...(message.toolCalls !== undefined && {
          tool_calls: message.toolCalls.map((call) => ({
            ...call.extra,
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
      };
    }
    default:
      return message satisfies never;
  }
}

function wireTool({ name, description, parameters, strict }: ToolDefinition): Record<string, unknown> {
  return { type: 'function', function: { name, description, parameters, ...(strict === true && { strict }) } };
}

function wireToolChoice(choice: NonNullable<ChatRequest['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}

function wireSettings(settings: ChatSettings, profile: ProfileSwitches): Record<string, unknown> {
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
