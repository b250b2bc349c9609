import type { ChatDelta, ChatResponse } from '../chat/chat-service.js';
import { ToolCallAssembler } from '../chat/tool-call-assembler.js';
import { KernelError } from '../errors.js';
import { choiceFailure } from './answer-failure.js';
import {
  isFunctionCall,
  readContent,
  readEnvelope,
  readFinishReason,
  replayedFields,
} from './chat-completions-response.js';
import type { Envelope } from './chat-completions-response.js';
import { ReasoningDetails } from './reasoning-details.js';
import { asList, asRecord, textOf } from './wire-fields.js';

/**
 * Reads the chunks of a streamed Chat Completions answer.
 *
 * @throws KernelError `service_failed` if it says that the answer failed, `invalid_response` if it ends without a finish
 *   reason, unless all its calls are whole
 */
export async function* readChatCompletionStream(chunks: AsyncIterable<unknown>): AsyncGenerator<ChatDelta> {
  const answer = new StreamedAnswer();
  for await (const chunk of chunks) yield* answer.add(asRecord(chunk));
  yield { type: 'end', response: answer.finish() };
}

class StreamedAnswer {
  readonly #calls = new ToolCallAssembler();
  readonly #envelope: Envelope = {};
  #content = '';
  /** Nothing at all, unless the service gives some; it may be empty. */
  #reasoning: string | undefined;
  readonly #details = new ReasoningDetails();
  #refusal = '';
  #extra: Record<string, unknown> = {};
  #finishReason = '';

  *add(chunk: Record<string, unknown>): Generator<ChatDelta> {
    readEnvelope(chunk, this.#envelope);
    const choice = firstChoice(chunk);
    const failure = choiceFailure(choice, chunk['error']);
    if (failure !== undefined) throw failure;
    const delta = asRecord(choice['delta']);
    this.#finishReason = textOf(choice['finish_reason']) || this.#finishReason;
    this.#refusal += textOf(delta['refusal']);
    for (const call of asList(delta['tool_calls']).map(asRecord).filter(isFunctionCall)) this.#calls.add(call);
    yield* this.#texts(delta);
  }

  finish(): ChatResponse {
    const toolCalls = this.#calls.finish();
    if (this.#finishReason === '' && (toolCalls.length === 0 || !this.#calls.isComplete)) {
      throw new KernelError('invalid_response', 'The stream of the chat service ended before the answer did.');
    }
    const { entries } = this.#details;
    const extra = {
      ...this.#extra,
      ...(this.#reasoning !== undefined && { reasoning_content: this.#reasoning }),
      ...(entries.length > 0 && { reasoning_details: entries }),
    };
    return {
      ...this.#envelope,
      message: {
        role: 'assistant',
        content: this.#content || null,
        ...(toolCalls.length > 0 && { toolCalls }),
        ...(this.#refusal && { refusal: this.#refusal }),
        ...(Object.keys(extra).length > 0 && { extra }),
      },
      finishReason: readFinishReason(this.#finishReason),
    };
  }

  *#texts(delta: Record<string, unknown>): Generator<ChatDelta> {
    const { reasoning_content: given, reasoning_details: details, ...replayed } = replayedFields(delta);
    Object.assign(this.#extra, replayed);
    this.#details.add(details);
    const reasoning = textOf(given);
    const text = readContent(delta['content']) ?? '';
    if (typeof given === 'string') this.#reasoning = (this.#reasoning ?? '') + given;
    this.#content += text;
    if (reasoning) yield { type: 'reasoning', text: reasoning };
    if (text) yield { type: 'text', text };
  }
}

/**
 * What a chunk says of the first choice; an empty object where that is nothing: the chunk with the usage has no choices, and
 * Azure's filter sends empty ones.
 */
function firstChoice(chunk: Record<string, unknown>): Record<string, unknown> {
  // Chunks of several choices come in any order; some servers give a lone choice no index.
  const ofFirst = ({ index }: Record<string, unknown>): boolean => typeof index !== 'number' || index === 0;
  return asList(chunk['choices']).map(asRecord).find(ofFirst) ?? {};
}
