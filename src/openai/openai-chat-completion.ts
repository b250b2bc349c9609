import type { ChatDelta, ChatRequest, ChatResponse, ChatService } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { chatCompletionsBody } from './chat-completions-request.js';
import { readChatCompletion } from './chat-completions-response.js';
import { readChatCompletionStream } from './chat-completions-stream.js';
import { PROFILES } from './profiles.js';
import type { OpenAIProfile, ProfileSwitches } from './profiles.js';

/** Options of {@link OpenAIChatCompletion}. */
export interface OpenAIChatCompletionOptions {
  /** A client of the `openai` package, configured as you like: `new OpenAI()`, `new AzureOpenAI()`. */
  client: object;
  /** The model; on Azure the deployment. */
  model: string;
  /** What it is registered under in a kernel. @default the model */
  id?: string;
  /** The habits of the server. @default 'generic' */
  profile?: OpenAIProfile;
}

type Create = (body: Record<string, unknown>, options: { signal: AbortSignal }) => unknown;

/**
 * A model behind the Chat Completions API, of OpenAI or of any server that speaks it. It uses the client's raw
 * `chat.completions.create`: time-outs, retries, keys and proxies are the client's.
 */
export class OpenAIChatCompletion implements ChatService {
  readonly modelId: string;
  readonly id?: string;
  readonly provider = 'openai';
  readonly supports: NonNullable<ChatService['supports']>;
  readonly #create: Create;
  readonly #profile: ProfileSwitches;

  /** @throws KernelError `invalid_options` */
  constructor({ client, model, id, profile = 'generic' }: OpenAIChatCompletionOptions) {
    if (!Object.hasOwn(PROFILES, profile)) {
      throw new KernelError('invalid_options', `\`profile\` must be one of ${Object.keys(PROFILES).join(', ')}.`);
    }
    if (typeof model !== 'string' || model === '')
      throw new KernelError('invalid_options', '`model` must be the name of a model.');
    this.#create = createMethod(client);
    this.#profile = PROFILES[profile];
    this.modelId = model;
    this.supports = this.#profile.supports;
    if (id !== undefined) this.id = id;
  }

  /** @throws what the client throws, or KernelError `invalid_response` */
  async complete(request: ChatRequest, { signal }: { signal: AbortSignal }): Promise<ChatResponse> {
    const body = chatCompletionsBody(this.modelId, request, this.#profile);
    return readChatCompletion(await this.#create(body, { signal }));
  }

  /** @throws what the client throws, or KernelError `invalid_response` */
  async *stream(request: ChatRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ChatDelta> {
    const body = {
      ...chatCompletionsBody(this.modelId, request, this.#profile),
      stream: true,
      ...(this.#profile.streamUsage && { stream_options: { include_usage: true } }),
    };
    const chunks = await this.#create(body, { signal });
    if (!isAsyncIterable(chunks)) throw new KernelError('invalid_response', 'The client gave no stream of chunks.');
    yield* readChatCompletionStream(chunks);
    // The SDK's iterator ends quietly on an abort.
    signal.throwIfAborted();
  }
}

function createMethod(client: unknown): Create {
  const completions = property(property(client, 'chat'), 'completions');
  const create = property(completions, 'create');
  if (typeof create !== 'function') {
    throw new KernelError(
      'invalid_options',
      '`client` must be a client of the `openai` package: it has no chat.completions.create().',
    );
  }
  return (body, options) => Reflect.apply(create, completions, [body, options]) as unknown;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
