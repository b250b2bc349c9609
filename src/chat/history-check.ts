import type { ToolCall } from '../functions/invocation.js';
import type { ChatMessage } from './chat-service.js';
import { isRecord } from '../is-record.js';

/** Calls of one assistant message, and where the answers to them are expected. */
interface OpenCalls {
  readonly calls: readonly ToolCall[];
  /** The index after the last answer that directly follows the message. */
  readonly end: number;
}

/** The calls that no tool message answers. */
export function unansweredCalls(messages: readonly ChatMessage[]): readonly OpenCalls[] {
  return messages.flatMap((message, index) => {
    if (message.role !== 'assistant' || (message.toolCalls?.length ?? 0) === 0) return [];
    const answers = answersAfter(messages, index);
    const calls = (message.toolCalls ?? []).filter((call) => !answers.has(call.id));
    return calls.length > 0 ? [{ calls, end: index + 1 + answers.size }] : [];
  });
}

/** The first tool message that answers no open call: an orphan, or a second answer. */
export function strayAnswer(messages: readonly ChatMessage[]): string | undefined {
  let open = new Set<string>();
  for (const message of messages) {
    if (message.role === 'tool' && !open.delete(message.toolCallId)) return message.toolCallId;
    if (message.role !== 'tool')
      open = new Set(message.role === 'assistant' ? message.toolCalls?.map((call) => call.id) : []);
  }
  return undefined;
}

/** What is wrong with the shape of one message, if anything is. */
export function messageProblem(message: unknown): string | undefined {
  if (!isRecord(message)) return 'is not an object';
  switch (message['role']) {
    case 'system':
    case 'user':
      return typeof message['content'] === 'string' ? undefined : 'has no text in `content`';
    case 'tool':
      return toolProblem(message);
    case 'assistant':
      return assistantProblem(message);
    default:
      return 'has no `role` of system, user, assistant or tool';
  }
}

function answersAfter(messages: readonly ChatMessage[], index: number): ReadonlySet<string> {
  const answered = new Set<string>();
  for (let next = index + 1; next < messages.length; next += 1) {
    const message = messages[next];
    if (message?.role !== 'tool') break;
    answered.add(message.toolCallId);
  }
  return answered;
}

function toolProblem(message: Record<string, unknown>): string | undefined {
  if (typeof message['toolCallId'] !== 'string' || message['toolCallId'] === '') return 'has no `toolCallId`';
  if (typeof message['content'] !== 'string') return 'has no text in `content`';
  return typeof message['name'] === 'string' ? undefined : 'has no `name`';
}

function assistantProblem(message: Record<string, unknown>): string | undefined {
  const { content, toolCalls = [] } = message;
  if (content !== null && typeof content !== 'string') return 'has neither text nor null in `content`';
  if (!Array.isArray(toolCalls)) return 'has `toolCalls` that are no list';
  // Whoever adds what an OpenAI client gives would lose the calls without a word.
  const foreign = message['tool_calls'];
  if (toolCalls.length === 0 && Array.isArray(foreign) && foreign.length > 0) {
    return 'has its calls in `tool_calls`; they belong in `toolCalls`, each as { id, name, arguments }';
  }
  const ids = new Set<string>();
  for (const call of toolCalls) {
    if (!isCall(call)) return 'has a call without `id`, `name` or `arguments`';
    ids.add(call.id);
  }
  return ids.size === toolCalls.length ? undefined : 'has two calls with the same `id`';
}

function isCall(call: unknown): call is ToolCall {
  if (!isRecord(call) || typeof call['id'] !== 'string' || call['id'] === '') return false;
  return typeof call['name'] === 'string' && typeof call['arguments'] === 'string';
}
