import type { ChatDelta, ChatRequest, ChatResponse, ChatService } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { failedAnswer } from './answer-failure.js';
import { checkNames, checkText } from './check-options.js';
import { checkModel, createMethodOf } from './client-method.js';
import type { CreateMethod } from './client-method.js';
import { responsesBody } from './responses-request.js';
import { readResponse } from './responses-response.js';
import { asRecord, isAsyncIterable, textOf } from './wire-fields.js';

/** Options of {@link OpenAIResponses}. */
export interface OpenAIResponsesOptions {
  /** A client of the `openai` package, configured as you like. */
  client: object;
  /** The model; on Azure the deployment. */
  model: string;
  /** What it is registered under in a kernel. @default the model */
  id?: string | undefined;
}

const NAMES = Object.keys({
  client: true,
  model: true,
  id: true,
} satisfies Record<keyof OpenAIResponsesOptions, true>);

/**
 * A model behind the Responses API, which OpenAI's reasoning models need for functions. Stateless: nothing is stored at
 * the service, and reasoning items are replayed from the history.
 */
export class OpenAIResponses implements ChatService {
  readonly modelId: string;
  readonly id?: string;
  readonly provider = 'openai';
  readonly isRemote = true;
  readonly #create: CreateMethod;

  /** @throws KernelError `invalid_options` */
  constructor(options: OpenAIResponsesOptions) {
    checkNames('OpenAIResponses', options, NAMES);
    const { client, model, id } = options;
    checkModel(model);
    checkText('id', id);
    this.#create = createMethodOf(client, ['responses']);
    this.modelId = model;
    if (id !== undefined) this.id = id;
  }

  /** @throws what the client throws, or KernelError `service_failed`, `invalid_response`, `invalid_options` */
  async complete(request: ChatRequest, { signal }: { signal: AbortSignal }): Promise<ChatResponse> {
    return readResponse(await this.#create(responsesBody(this.modelId, request), { signal }));
  }

  /** @throws what the client throws, or KernelError `service_failed`, `invalid_response`, `invalid_options` */
  async *stream(request: ChatRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ChatDelta> {
    const events = await this.#create({ ...responsesBody(this.modelId, request), stream: true }, { signal });
    if (!isAsyncIterable(events)) throw new KernelError('invalid_response', 'The client gave no stream of events.');
    for await (const event of events) {
      const delta = readEvent(asRecord(event));
      if (delta !== undefined) yield delta;
      if (delta?.type === 'end') return;
    }
    // The SDK's iterator ends quietly on an abort.
    signal.throwIfAborted();
    throw new KernelError('invalid_response', 'The stream of the chat service ended before the answer did.');
  }
}

function readEvent(event: Record<string, unknown>): ChatDelta | undefined {
  switch (event['type']) {
    case 'response.output_text.delta':
      return { type: 'text', text: textOf(event['delta']) };
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return { type: 'reasoning', text: textOf(event['delta']) };
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return { type: 'end', response: readResponse(event['response'], event['type'].slice('response.'.length)) };
    case 'error':
      throw failedAnswer(event);
    default:
      return undefined;
  }
}
