import type {
  ChatDelta,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ChatService,
  ChatSettings,
} from '../chat/chat-service.js';
import { KernelError, isKernelError, messageOf } from '../errors.js';
import { untilAborted } from '../functions/abort.js';
import type { AdvertisedFunctions } from './advertised-functions.js';
import type { FunctionChoiceBehavior } from './function-choice-behavior.js';
import { normalizeResponse } from './normalize-response.js';
import { wireMessages } from './wire-messages.js';

/** What decides how functions are offered in one request. */
export interface OfferOptions {
  readonly service: ChatService;
  readonly behavior: FunctionChoiceBehavior | undefined;
  readonly advertised: AdvertisedFunctions;
  readonly attempt: number;
  /** Whether a limit is reached, so that the model must answer. */
  readonly isLast: boolean;
}

/** The request for the next answer. Without functions nothing about functions is in it: services refuse empty lists. */
export function chatRequest(
  messages: readonly ChatMessage[],
  settings: ChatSettings,
  offer: OfferOptions,
): ChatRequest {
  return {
    messages: wireMessages(messages),
    ...toolFields(offer),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

/** Whether calls in the answer to such a request are to be run. */
export function mayCall({ behavior, advertised, isLast }: OfferOptions): boolean {
  return behavior !== undefined && behavior.choice !== 'none' && advertised.size > 0 && !isLast;
}

/**
 * Makes one request; with `emit`, streamed.
 *
 * @throws the signal's reason, or KernelError `service_failed` or `invalid_response`
 */
export async function askModel(
  service: ChatService,
  request: ChatRequest,
  { signal, emit }: { signal: AbortSignal; emit: ((delta: ChatDelta) => void) | undefined },
): Promise<ChatResponse> {
  const partial: string[] = [];
  const listen = (delta: ChatDelta): void => {
    if (delta.type === 'text') partial.push(delta.text);
    emit?.(delta);
  };
  try {
    const answer =
      emit === undefined ? service.complete(request, { signal }) : streamed(service, request, { signal, listen });
    const response = await untilAborted(answer, signal);
    signal.throwIfAborted();
    return normalizeResponse(response);
  } catch (error) {
    throw signal.aborted ? signal.reason : serviceFailure(service, error, partial.join(''));
  }
}

function toolFields(offer: OfferOptions): Partial<ChatRequest> {
  const { service, behavior, advertised } = offer;
  if (behavior === undefined || advertised.size === 0) return {};
  const mustAnswer = !mayCall(offer);
  // A last request keeps its tools: it saves the prompt's cache, and some gateways refuse calls in a history without tools.
  if (mustAnswer && service.supports?.toolChoiceNone === false) return {};
  const { parallelCalls } = behavior.options;
  return {
    tools: advertised.toolDefinitions(service.supports?.strictSchemas !== false),
    toolChoice: mustAnswer ? 'none' : toolChoice(behavior, offer),
    ...(parallelCalls !== undefined &&
      service.supports?.parallelToolCalls !== false && { parallelToolCalls: parallelCalls }),
  };
}

function toolChoice(
  behavior: FunctionChoiceBehavior,
  { advertised, attempt }: OfferOptions,
): ChatRequest['toolChoice'] {
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
    if (response?.message?.content) listen({ type: 'text', text: response.message.content });
    return response;
  }
  for await (const delta of service.stream(request, { signal })) {
    if (delta.type === 'end') return delta.response;
    if (!signal.aborted) listen(delta);
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
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  const message = `The chat service "${service.id ?? service.modelId}" failed: ${messageOf(error)}`;
  return new KernelError('service_failed', message, {
    cause: error,
    data: { ...(typeof status === 'number' && { status }), ...text },
  });
}
