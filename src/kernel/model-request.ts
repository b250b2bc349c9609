import type { Abortable } from '../abort-listeners.js';
import type {
  ChatDelta,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ChatService,
  ChatSettings,
  Usage,
} from '../chat/chat-service.js';
import { KernelError, isKernelError, messageOf, propertyOf } from '../errors.js';
import { untilAborted } from '../functions/abort.js';
import { inContext } from '../functions/call-context.js';
import type { AdvertisedFunctions } from './advertised-functions.js';
import type { FunctionChoiceBehavior } from './function-choice-behavior.js';
import type { FilterRunner } from './kernel-state.js';
import { FilteredRequests } from './filtered-requests.js';
import { normalizeResponse } from './normalize-response.js';
import type { RequestSignals } from './request-signals.js';
import { traceRequest } from './telemetry.js';
import type { WireMessages } from './wire-messages.js';

/** What decides how functions are offered in one request. */
export interface OfferOptions {
  readonly service: ChatService;
  readonly behavior: FunctionChoiceBehavior | undefined;
  readonly advertised: AdvertisedFunctions;
  readonly attempt: number;
  /** Whether a limit is reached, so that the model must answer. */
  readonly isLast: boolean;
}

/** How one request is made. */
export interface AskOptions {
  readonly offer: OfferOptions;
  readonly signal: Abortable;
  readonly captureContent: boolean;
  /** How many runs of `chat` this one is inside of, itself included. */
  readonly depth: number;
  readonly requestSignals: RequestSignals;
  /** What was sent before in this run. */
  readonly wireMessages: WireMessages;
  /** Told what each request used, also where a prompt filter makes several in one round. */
  readonly count: (usage: Usage | undefined) => void;
  /** Present for a streamed run. */
  readonly emit: ((delta: ChatDelta) => void) | undefined;
}

/**
 * Makes the request of one round, unless a prompt filter has the response; with `emit`, streamed. A filter that ignores
 * the signal is not waited for.
 *
 * @throws the signal's reason, or KernelError `service_failed`, `invalid_response` or `filter_failed`
 */
export function askThroughFilters(filters: FilterRunner, prompt: Prompt, options: AskOptions): Promise<ChatResponse> {
  return filters.has('prompt') ? filtered(filters, prompt, options) : askOnce(prompt, options);
}

interface Prompt {
  readonly messages: readonly ChatMessage[];
  readonly settings: ChatSettings;
}

function askOnce({ messages, settings }: Prompt, options: AskOptions): Promise<ChatResponse> {
  const { offer, captureContent, wireMessages, emit } = options;
  const request = chatRequest(wireMessages.of(messages), settings, offer);
  const ask = (listen = emit): Promise<ChatResponse> =>
    askModel(offer.service, request, listen === emit ? options : { ...options, emit: listen });
  return traceRequest(offer.service, request, { captureContent, emit, ask });
}

async function filtered(filters: FilterRunner, prompt: Prompt, options: AskOptions): Promise<ChatResponse> {
  const { offer, signal, depth, emit } = options;
  const requests = new FilteredRequests(signal);
  const ask = (messages: readonly ChatMessage[], settings: ChatSettings): Promise<ChatResponse> =>
    requests.make((requestSignals) => askOnce({ messages, settings }, { ...options, requestSignals }));
  try {
    const answer = inContext({ depth }, () => filters.runPrompt({ ...prompt, attempt: offer.attempt }, ask));
    const given = await untilAborted(answer, signal);
    if (given === undefined) {
      throw new KernelError('filter_failed', 'A prompt filter neither called `next` nor set `response`.');
    }
    const response = normalizeResponse(given, 'A prompt filter');
    if (requests.made === 0 && response.message.content) emit?.({ type: 'text', text: response.message.content });
    return response;
  } finally {
    requests.end();
  }
}

/** The request for the next answer. Without functions nothing about functions is in it: services refuse empty lists. */
function chatRequest(messages: readonly ChatMessage[], settings: ChatSettings, offer: OfferOptions): ChatRequest {
  const request: ChatRequest = { messages };
  addTools(request, offer);
  if (Object.keys(settings).length > 0) request.settings = { ...settings };
  return request;
}

/** Whether calls in the answer to such a request are to be run. */
export function mayCall({ behavior, isLast }: OfferOptions): boolean {
  return behavior !== undefined && behavior.choice !== 'none' && !isLast;
}

async function askModel(
  service: ChatService,
  request: ChatRequest,
  { requestSignals, depth, count, emit }: AskOptions,
): Promise<ChatResponse> {
  let partialText = '';
  const listen =
    emit &&
    ((delta: ChatDelta): void => {
      if (delta.type === 'text') partialText += delta.text;
      emit(delta);
    });
  const aborts = requestSignals.next();
  try {
    aborts.throwIfAborted();
    const { signal } = aborts;
    const ask = (): Promise<ChatResponse> =>
      listen === undefined ? service.complete(request, { signal }) : streamed(service, request, { signal, listen });
    const answer = service.isRemote === true ? ask() : inContext({ depth }, async () => ask());
    const response = await untilAborted(answer, aborts);
    aborts.throwIfAborted();
    const normal = normalizeResponse(response);
    count(normal.usage);
    return normal;
  } catch (error) {
    throw aborts.aborted ? aborts.reason : serviceFailure(service, error, partialText);
  }
}

/** Puts the functions on offer into a request, where there are any. */
function addTools(request: ChatRequest, offer: OfferOptions): void {
  const { service, behavior, advertised } = offer;
  if (behavior === undefined || advertised.size === 0) return;
  const mustAnswer = !mayCall(offer);
  // A last request keeps its tools: it saves the prompt's cache, and some gateways refuse calls in a history without tools.
  if (mustAnswer && service.supports?.toolChoiceNone === false) return;
  const { parallelCalls } = behavior.options;
  request.tools = advertised.toolDefinitions(service.supports?.strictSchemas !== false);
  request.toolChoice = mustAnswer ? 'none' : toolChoice(behavior, offer);
  if (parallelCalls !== undefined && service.supports?.parallelToolCalls !== false) {
    request.parallelToolCalls = parallelCalls;
  }
}

function toolChoice(
  behavior: FunctionChoiceBehavior,
  { advertised, attempt }: OfferOptions,
): NonNullable<ChatRequest['toolChoice']> {
  if (behavior.choice !== 'required' || attempt > 1) return 'auto';
  if (behavior.requiredName === undefined) return 'required';
  const target = advertised.resolve(behavior.requiredName);
  if (target !== undefined) return { name: target.wireName };
  throw new KernelError(
    'invalid_options',
    `The required function "${behavior.requiredName}" is not among those on offer.`,
  );
}

async function streamed(
  service: ChatService,
  request: ChatRequest,
  { signal, listen }: { signal: AbortSignal; listen: (delta: ChatDelta) => void },
): Promise<ChatResponse> {
  if (service.stream === undefined) {
    const response = await service.complete(request, { signal });
    signal.throwIfAborted();
    if (response?.message?.content) listen({ type: 'text', text: response.message.content });
    return response;
  }
  for await (const delta of service.stream(request, { signal })) {
    // Out of the loop, so that a stream that does not look at its signal is closed.
    signal.throwIfAborted();
    if (delta.type === 'end') return delta.response;
    listen(delta);
  }
  throw new KernelError('invalid_response', 'The stream of the chat service ended before the answer did.');
}

function serviceFailure(service: ChatService, error: unknown, partialText: string): KernelError {
  const text = partialText === '' ? undefined : { partialText };
  if (isKernelError(error)) {
    return text === undefined
      ? error
      : new KernelError(error.code, error.message, { cause: error, data: { ...error.data, ...text } });
  }
  const status = propertyOf(error, 'status');
  const message = `The chat service "${service.id ?? service.modelId}" failed: ${messageOf(error)}`;
  return new KernelError('service_failed', message, {
    cause: error,
    data: { ...(typeof status === 'number' && { status }), ...text },
  });
}
