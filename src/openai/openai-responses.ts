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
 * the service, and reasoning items are replayed from the history. Redirects are as with `OpenAIChatCompletion`.
 */
export class OpenAIResponses implements ChatService {
  readonly modelId: string;
  readonly id?: string;
  readonly provider = 'openai';
  readonly isRemote = true;
  readonly #create: CreateMethod;
  /** Until the model has answered only without: those that do not reason have none, and do not just leave it out. */
  #asksForReasoning = true;

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
    return readResponse(await this.#send(request, { signal }));
  }

  /** @throws what the client throws, or KernelError `service_failed`, `invalid_response`, `invalid_options` */
  async *stream(request: ChatRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ChatDelta> {
    const events = await this.#send(request, { signal, fields: { stream: true } });
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

  async #send(
    request: ChatRequest,
    { signal, fields = {} }: { readonly signal: AbortSignal; readonly fields?: object },
  ): Promise<unknown> {
    const asksForReasoning = this.#asksForReasoning;
    const body = (asks: { asksForReasoning: boolean }): Record<string, unknown> => ({
      ...responsesBody(this.modelId, request, asks),
      ...fields,
    });
    try {
      return await this.#create(body({ asksForReasoning }), { signal });
    } catch (error) {
      const isOurs = asksForReasoning && request.settings?.extra?.['include'] === undefined;
      if (!isOurs || !refusesReasoning(error)) throw error;
    }
    const answer = await this.#create(body({ asksForReasoning: false }), { signal });
    this.#asksForReasoning = false;
    return answer;
  }
}

/**
 * Whether it is the refusal that OpenAI's models without reasoning have for `reasoning.encrypted_content`. Those that have
 * some speak of encrypted content, too, where they cannot verify what is sent again.
 */
function refusesReasoning(error: unknown): boolean {
  const { status, message } = asRecord(error);
  return status === 400 && /encrypted[ _]content\b.*\bnot supported/i.test(textOf(message));
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
