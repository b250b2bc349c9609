import type { ChatResponse, Usage } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { responseFailure } from './answer-failure.js';
import { warnOfCall } from './chat-completions-response.js';
import { readItems } from './response-items.js';
import type { OutputItem } from './response-items.js';
import { tokenUsage } from './token-usage.js';
import { RESPONSES_OUTPUT, asRecord, textOf } from './wire-fields.js';

/**
 * Reads a Responses answer.
 *
 * @param ending how the event that brings it ends the stream: its status where it has none itself
 * @throws KernelError `service_failed` if it says that it failed or was cancelled, `invalid_response` if it has no output or
 *   is not at its end
 */
export function readResponse(raw: unknown, ending = 'completed'): ChatResponse {
  const body = asRecord(raw);
  const status = body['status'] ?? ending;
  const failure = responseFailure(body, status);
  if (failure !== undefined) throw failure;
  if (!Array.isArray(body['output']))
    throw new KernelError('invalid_response', 'The chat service answered without `output`.');
  const output = body['output'];
  const items = output.map(asRecord);
  const { content, refusal, toolCalls } = readItems(items);
  for (const { type } of items) if (type === 'custom_tool_call') warnOfCall(type);
  const usage = readUsage(body['usage']);
  return {
    message: {
      role: 'assistant',
      content,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(refusal && { refusal }),
      ...(output.length > 0 && { extra: { [RESPONSES_OUTPUT]: output } }),
    },
    finishReason: finishReason(body, { status, items }),
    ...(usage && { usage }),
    ...(textOf(body['id']) && { id: textOf(body['id']) }),
    ...(textOf(body['model']) && { model: textOf(body['model']) }),
    raw,
  };
}

// Whatever cut it off, the calls in it may be cut off too: none of them is run.
function finishReason(
  body: Record<string, unknown>,
  { status, items }: { status: unknown; items: readonly OutputItem[] },
): ChatResponse['finishReason'] {
  const { reason } = asRecord(body['incomplete_details']);
  if (reason === 'content_filter') return 'content_filter';
  const calls = items.filter(({ type }) => type === 'function_call');
  const isCut = status === 'incomplete' || reason === 'max_output_tokens';
  if (isCut || calls.some((call) => call['status'] === 'incomplete')) return 'length';
  return calls.length > 0 ? 'tool_calls' : 'stop';
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
