import type { ChatDelta, ChatRequest, ChatResponse, ChatService } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { chatCompletionsBody } from './chat-completions-request.js';
import { readChatCompletion } from './chat-completions-response.js';
import { readChatCompletionStream } from './chat-completions-stream.js';
import { checkNames, checkText } from './check-options.js';
import { checkModel, createMethodOf } from './client-method.js';
import type { CreateMethod } from './client-method.js';
import { PROFILES } from './profiles.js';
import type { OpenAIProfile, ProfileSwitches } from './profiles.js';
import { asRecord, isAsyncIterable, textOf } from './wire-fields.js';

/** Options of {@link OpenAIChatCompletion}. */
export interface OpenAIChatCompletionOptions {
  /** A client of the `openai` package, configured as you like: `new OpenAI()`, `new AzureOpenAI()`. */
  client: object;
  /** The model; on Azure the deployment. */
  model: string;
  /** What it is registered under in a kernel. @default the model */
  id?: string | undefined;
  /** The habits of the server. @default 'generic' */
  profile?: OpenAIProfile | undefined;
}

const NAMES = Object.keys({
  client: true,
  model: true,
  id: true,
  profile: true,
} satisfies Record<keyof OpenAIChatCompletionOptions, true>);

/**
 * A model behind the Chat Completions API, of OpenAI or of any server that speaks it. It uses the client's raw
 * `chat.completions.create`: time-outs, retries, keys and proxies are the client's. Where the client uses the `fetch` of a
 * Node and its `fetchOptions` name no `redirect`, requests expect none once one was answered without, which spares a copy of
 * each body. One that is redirected after all is made again when the client has given up on it, and all that follow go by
 * the client's rules.
 */
export class OpenAIChatCompletion implements ChatService {
  readonly modelId: string;
  readonly id?: string;
  readonly provider = 'openai';
  readonly isRemote = true;
  readonly supports: NonNullable<ChatService['supports']>;
  readonly #create: CreateMethod;
  readonly #profile: ProfileSwitches;

  /** @throws KernelError `invalid_options` */
  constructor(options: OpenAIChatCompletionOptions) {
    checkNames('OpenAIChatCompletion', options, NAMES);
    const { client, model, id, profile = 'generic' } = options;
    if (!Object.hasOwn(PROFILES, profile)) {
      throw new KernelError('invalid_options', `\`profile\` must be one of ${Object.keys(PROFILES).join(', ')}.`);
    }
    checkModel(model);
    checkText('id', id);
    this.#create = createMethodOf(client, ['chat', 'completions']);
    this.#profile = PROFILES[profile];
    this.modelId = model;
    this.supports = this.#profile.supports;
    if (id !== undefined) this.id = id;
  }

  /** @throws what the client throws, or KernelError `service_failed`, `invalid_response` */
  async complete(request: ChatRequest, { signal }: { signal: AbortSignal }): Promise<ChatResponse> {
    const body = chatCompletionsBody(this.modelId, request, this.#profile);
    try {
      return readChatCompletion(await this.#create(body, { signal }));
    } catch (error) {
      throw refusalOf(error, body);
    }
  }

  /** @throws what the client throws, or KernelError `service_failed`, `invalid_response` */
  async *stream(request: ChatRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ChatDelta> {
    const body = {
      ...(this.#profile.streamUsage && { stream_options: { include_usage: true } }),
      ...chatCompletionsBody(this.modelId, request, this.#profile),
      stream: true,
    };
    const chunks = await this.#chunks(body, signal);
    if (!isAsyncIterable(chunks)) throw new KernelError('invalid_response', 'The client gave no stream of chunks.');
    yield* readChatCompletionStream(chunks);
    // The SDK's iterator ends quietly on an abort.
    signal.throwIfAborted();
  }

  async #chunks(body: Record<string, unknown>, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.#create(body, { signal });
    } catch (error) {
      throw refusalOf(error, body);
    }
  }
}

/** The error itself, unless it is the refusal that OpenAI's reasoning models have for function tools on this API. */
function refusalOf(error: unknown, body: Record<string, unknown>): unknown {
  const { status, message } = asRecord(error);
  if (status !== 400 || !('tools' in body) || !/\/responses\b|reasoning_effort/.test(textOf(message))) return error;
  return new KernelError(
    'service_failed',
    `The model "${textOf(body['model'])}" does not take functions on Chat Completions: use OpenAIResponses, or set \`reasoningEffort: 'none'\`.`,
    { cause: error, data: { status: 400 } },
  );
}
