import { randomUUID } from 'node:crypto';
import type { AssistantMessage, ChatResponse } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import type { ToolCall } from '../functions/invocation.js';

/**
 * What the kernel goes on with: every call has an id of its own, placeholders without name and arguments are gone.
 * @param answerer who gave the response
 * @throws KernelError `invalid_response` if a service answers without a message, or with calls that are none
 */
export function normalizeResponse(
  response: ChatResponse | undefined,
  answerer: 'The chat service' | 'A prompt filter' = 'The chat service',
): ChatResponse {
  const message: unknown = response?.message;
  if (!response || !isRecord(message)) {
    throw new KernelError('invalid_response', `${answerer} answered without a message.`);
  }
  const calls: unknown = message['toolCalls'] ?? [];
  if (!Array.isArray(calls) || !calls.every(isRecord)) {
    throw new KernelError('invalid_response', `${answerer} answered with \`toolCalls\` that are no list of calls.`);
  }
  refuseForeignCalls(message, calls, answerer);
  const normal: ChatResponse = { ...response, message: normalizeMessage(response.message, calls) };
  if (!isUsage(response.usage)) delete normal.usage;
  return normal;
}

// Whoever hands on what an OpenAI client gives would lose the calls without a word.
function refuseForeignCalls(
  message: Record<string, unknown>,
  calls: readonly Record<string, unknown>[],
  answerer: string,
): void {
  const foreign = message['tool_calls'];
  if (calls.length === 0 && Array.isArray(foreign) && foreign.length > 0) {
    throw new KernelError(
      'invalid_response',
      `${answerer} answered with calls in \`message.tool_calls\`; they belong in \`message.toolCalls\`, each as { id, name, arguments }.`,
    );
  }
  if (calls.some((call) => !call['name'] && !call['arguments'] && isRecord(call['function']))) {
    throw new KernelError(
      'invalid_response',
      `${answerer} answered with \`toolCalls\` of the form { function: { name, arguments } }; each is to be { id, name, arguments }.`,
    );
  }
}

// A service of somebody's own may pass on what its client gives: null, or counts of other names.
function isUsage(usage: unknown): boolean {
  return isRecord(usage) && Number.isFinite(usage['inputTokens']) && Number.isFinite(usage['outputTokens']);
}

function normalizeMessage(message: AssistantMessage, calls: readonly Record<string, unknown>[]): AssistantMessage {
  const { content, refusal } = message;
  const used = new Set<string>();
  const toolCalls: ToolCall[] = [];
  for (const call of calls) {
    if (call['name'] || call['arguments']) toolCalls.push(normalizeCall(call, used));
  }
  const normal: AssistantMessage = {
    ...message,
    role: 'assistant',
    content: typeof content === 'string' ? content : null,
  };
  if (toolCalls.length > 0) normal.toolCalls = toolCalls;
  else if ('toolCalls' in normal) delete normal.toolCalls;
  // Beside calls, what a client gave of the same; a history takes calls in one form only.
  if ('tool_calls' in normal) Reflect.deleteProperty(normal, 'tool_calls');
  if (typeof refusal !== 'string' && 'refusal' in normal) delete normal.refusal;
  return normal;
}

function normalizeCall(call: Record<string, unknown>, used: Set<string>): ToolCall {
  const given = textOf(call['id']);
  const id = given !== '' && !used.has(given) ? given : `call_${randomUUID()}`;
  used.add(id);
  return { ...call, id, name: textOf(call['name']), arguments: argumentsOf(call['arguments']) };
}

// A service of somebody's own may give the arguments as an object.
function argumentsOf(value: unknown): string {
  if (!isRecord(value)) return textOf(value);
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
