import type { ChatMessage, ChatRequest, ChatSettings, ToolDefinition } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { assistantItems } from './assistant-items.js';
import { checkSettings } from './check-options.js';
import { isRecord } from '../is-record.js';
import { asRecord } from './wire-fields.js';

/**
 * The body of a Responses request. Nothing is stored at the service: what it needs back, encrypted reasoning above all,
 * is in the history and sent each time.
 *
 * @param options.asksForReasoning whether the reasoning is asked for, so that it can be sent again
 * @throws KernelError `invalid_options` for a setting that this API lacks, or that there is none of
 */
export function responsesBody(
  model: string,
  request: ChatRequest,
  { asksForReasoning }: { readonly asksForReasoning: boolean },
): Record<string, unknown> {
  const { messages, tools = [], toolChoice, parallelToolCalls, settings = {} } = request;
  const sent = new Set<string>();
  return {
    model,
    input: messages.flatMap((message) => inputItems(message, sent)),
    store: false,
    ...(asksForReasoning && { include: ['reasoning.encrypted_content'] }),
    ...(tools.length > 0 && {
      tools: tools.map(wireTool),
      ...(toolChoice !== undefined && { tool_choice: wireToolChoice(toolChoice) }),
      ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
    }),
    ...wireSettings(settings),
  };
}

function inputItems(message: ChatMessage, sent: Set<string>): readonly unknown[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'developer', content: message.content }];
    case 'user':
      return [{ role: 'user', content: message.content }];
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.content }];
    case 'assistant':
      return assistantItems(message, sent);
    default:
      return message satisfies never;
  }
}

function wireTool({ name, description, parameters, strict = false }: ToolDefinition): Record<string, unknown> {
  // Left out, `strict` is true on this API.
  return { type: 'function', name, description, parameters, strict };
}

function wireToolChoice(choice: NonNullable<ChatRequest['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.name };
}

function wireSettings(settings: ChatSettings): Record<string, unknown> {
  checkSettings(settings);
  const { temperature, topP, maxTokens, stop, seed, responseFormat, reasoningEffort, extra } = settings;
  for (const [name, value] of Object.entries({ stop, seed })) {
    if (value !== undefined)
      throw new KernelError('invalid_options', `The Responses API has no setting \`${name}\`; leave it out.`);
  }
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...extra,
    ...(responseFormat !== undefined && { text: joined({ format: flatFormat(responseFormat) }, extra, 'text') }),
    ...(reasoningEffort !== undefined && { reasoning: joined({ effort: reasoningEffort }, extra, 'reasoning') }),
  };
}

/** A field that holds several settings: what `extra` has of it stands beside ours, and wins. */
function joined(own: object, extra: ChatSettings['extra'], field: string): unknown {
  const given = extra?.[field];
  if (given === undefined) return own;
  return isRecord(given) ? { ...own, ...given } : given;
}

/** Chat Completions nests a JSON schema's fields one level deeper. */
function flatFormat(format: unknown): unknown {
  const { type, json_schema: schema } = asRecord(format);
  return schema === undefined ? format : { type, ...asRecord(schema) };
}
