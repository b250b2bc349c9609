import type { AssistantMessage, ChatResponse, Usage } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import type { ToolCall } from '../functions/invocation.js';
import { choiceFailure } from './answer-failure.js';
import { tokenUsage } from './token-usage.js';
import { argumentsText, asList, asRecord, textOf } from './wire-fields.js';

// Fields of a message that a service wants back as they were: DeepSeek's thinking, Gemini's signatures.
const REPLAYED_FIELDS = ['reasoning_content', 'reasoning_details', 'extra_content'];
const CALL_FIELDS = new Set(['id', 'type', 'function', 'index']);

/**
 * Reads the answer to a Chat Completions request; finish reasons are taken as a hint only, since servers send `stop`
 * together with calls.
 *
 * @throws KernelError `service_failed` if it says that it failed, `invalid_response` if there is no choice in it
 */
export function readChatCompletion(raw: unknown): ChatResponse {
  const body = asRecord(raw);
  const choice = asRecord(asList(body['choices'])[0]);
  const failure = choiceFailure(choice, Object.keys(choice).length > 0 ? body['error'] : undefined);
  if (failure !== undefined) throw failure;
  const message = asRecord(choice['message']);
  if (Object.keys(message).length === 0) {
    const reason = textOf(asRecord(body['error'])['message']);
    throw new KernelError(
      'invalid_response',
      `The chat service answered without \`choices\`${reason && `: ${reason}`}.`,
    );
  }
  const response: ChatResponse = {
    message: readMessage(message),
    finishReason: readFinishReason(choice['finish_reason']),
    raw,
  };
  readEnvelope(body, response);
  return response;
}

/** The parts of an answer that are the same for a whole one and for the chunks of a stream. */
export type Envelope = Pick<ChatResponse, 'usage' | 'id' | 'model'>;

/** Sets what a body has of an envelope. */
export function readEnvelope(body: Record<string, unknown>, envelope: Envelope): void {
  const usage = readUsage(body['usage']);
  const id = textOf(body['id']);
  const model = textOf(body['model']);
  if (usage !== undefined) envelope.usage = usage;
  if (id !== '') envelope.id = id;
  if (model !== '') envelope.model = model;
}

/** An unknown or missing reason is `unknown`. */
export function readFinishReason(value: unknown): ChatResponse['finishReason'] {
  if (value === 'function_call') return 'tool_calls';
  return value === 'stop' || value === 'tool_calls' || value === 'length' || value === 'content_filter'
    ? value
    : 'unknown';
}

/** The fields of a message, or of a delta, that are to be replayed. */
export function replayedFields(message: Record<string, unknown>): Record<string, unknown> {
  const replayed: Record<string, unknown> = {};
  for (const field of REPLAYED_FIELDS) {
    const value = message[field];
    if (value !== undefined && value !== null) replayed[field] = value;
  }
  return replayed;
}

/** The text of a message, or of a piece of one, if it has any; some servers give it as a list of parts. */
export function readContent(content: unknown): string | null {
  if (typeof content === 'string') return content || null;
  const parts = asList(content).map((part) => textOf(asRecord(part)['text']));
  return parts.join('') || null;
}

/** Whether a call is of a function; others cannot be run here, and are left out with a warning. */
export function isFunctionCall(call: Record<string, unknown>): boolean {
  const type = call['type'];
  if (type === undefined || type === null || type === '' || type === 'function') return true;
  warnOfCall(typeof type === 'string' ? type : typeof type);
  return false;
}

/** Warns of a call that is left out. */
export function warnOfCall(type: string): void {
  process.emitWarning(
    `The model made a call of the type "${type}", which is not supported; it is ignored.`,
    'KernelWarning',
  );
}

function readMessage(message: Record<string, unknown>): AssistantMessage {
  const toolCalls: ToolCall[] = [];
  for (const given of asList(message['tool_calls'])) {
    const call = asRecord(given);
    if (isFunctionCall(call)) toolCalls.push(readCall(call));
  }
  const extra = replayedFields(message);
  const refusal = textOf(message['refusal']);
  const read: AssistantMessage = { role: 'assistant', content: readContent(message['content']) };
  if (toolCalls.length > 0) read.toolCalls = toolCalls;
  if (refusal !== '') read.refusal = refusal;
  if (Object.keys(extra).length > 0) read.extra = extra;
  return read;
}

function readCall(call: Record<string, unknown>): ToolCall {
  const details = asRecord(call['function']);
  const read: ToolCall = {
    id: textOf(call['id']),
    name: textOf(details['name']),
    arguments: argumentsText(details['arguments']),
  };
  const extra = Object.keys(call).filter((field) => !CALL_FIELDS.has(field));
  if (extra.length > 0) read.extra = Object.fromEntries(extra.map((field) => [field, call[field]]));
  return read;
}

function readUsage(value: unknown): Usage | undefined {
  const usage = asRecord(value);
  return tokenUsage({
    input: usage['prompt_tokens'],
    output: usage['completion_tokens'],
    cached: asRecord(usage['prompt_tokens_details'])['cached_tokens'],
    reasoning: asRecord(usage['completion_tokens_details'])['reasoning_tokens'],
  });
}
