import type { ChatResponse, Usage } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { tokenUsage } from './token-usage.js';
import { RESPONSES_OUTPUT, argumentsText, asList, asRecord, textOf } from './wire-fields.js';

/**
 * Reads a Responses answer.
 * @throws KernelError `service_failed` if it says that it failed, `invalid_response` if it has no output
 */
export function readResponse(raw: unknown): ChatResponse {
  const body = asRecord(raw);
  if (body['status'] === 'failed') throw failedResponse(body['error']);
  if (!Array.isArray(body['output']))
    throw new KernelError('invalid_response', 'The chat service answered without `output`.');
  const output = body['output'];
  const items = output.map(asRecord);
  const parts = items.filter(({ type }) => type === 'message').flatMap(({ content }) => asList(content).map(asRecord));
  const toolCalls = items
    .filter(({ type }) => type === 'function_call')
    .map((item) => ({
      id: textOf(item['call_id']),
      name: textOf(item['name']),
      arguments: argumentsText(item['arguments']),
    }));
  const refusal = parts.map((part) => textOf(part['refusal'])).join('');
  const usage = readUsage(body['usage']);
  return {
    message: {
      role: 'assistant',
      content: parts.map((part) => textOf(part['text'])).join('') || null,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(refusal && { refusal }),
      ...(output.length > 0 && { extra: { [RESPONSES_OUTPUT]: output } }),
    },
    finishReason: finishReason(body, toolCalls.length > 0),
    ...(usage && { usage }),
    ...(textOf(body['id']) && { id: textOf(body['id']) }),
    ...(textOf(body['model']) && { model: textOf(body['model']) }),
    raw,
  };
}

/** The error of an answer, or of a stream, that says it failed. */
export function failedResponse(error: unknown): KernelError {
  const { message, code } = asRecord(error);
  const reason = textOf(message) || textOf(code) || 'no reason given';
  return new KernelError('service_failed', `The chat service failed: ${reason}.`, { data: { serviceCode: code } });
}

function finishReason(body: Record<string, unknown>, hasCalls: boolean): ChatResponse['finishReason'] {
  const reason = asRecord(body['incomplete_details'])['reason'];
  if (reason === 'max_output_tokens') return 'length';
  if (reason === 'content_filter') return 'content_filter';
  return hasCalls ? 'tool_calls' : 'stop';
}

function readUsage(value: unknown): Usage | undefined {
  const usage = asRecord(value);
  return tokenUsage({
    input: usage['input_tokens'],
    output: usage['output_tokens'],
    cached: asRecord(usage['input_tokens_details'])['cached_tokens'],
    reasoning: asRecord(usage['output_tokens_details'])['reasoning_tokens'],
  });
}
