import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { ChatDelta, ChatRequest, ChatResponse, ChatService, Usage } from '../chat/chat-service.js';
import { isKernelError } from '../errors.js';
import type { ToolCall } from '../functions/invocation.js';
import { registeredTracer } from '../registered-tracer.js';
import type { ChatResult, FunctionCallRecord } from './chat-result.js';

// Names by the OpenTelemetry conventions for generative AI (status: development, as of v1.41).

/** A service, and whether what is said may be recorded. */
export interface TelemetryOptions {
  readonly captureContent: boolean;
}

/** The span of one `chat`. */
export function traceRun(service: ChatService, run: () => Promise<ChatResult>): Promise<ChatResult> {
  const tracer = registeredTracer();
  if (tracer === undefined) return run();
  const attributes = { 'gen_ai.operation.name': 'invoke_agent', ...serviceAttributes(service) };
  return inSpan('invoke_agent', { tracer, kind: SpanKind.INTERNAL, attributes }, async (span) => {
    const result = await run();
    span.setAttributes({
      ...usageAttributes(result.usage),
      'dynamic_sessions_kernel.stop_reason': result.stopReason,
      'dynamic_sessions_kernel.attempts': result.attempts,
    });
    return result;
  });
}

type Listener = (delta: ChatDelta) => void;

/** How a request is made: for the listener of a streamed run, or for another that is to hear the same. */
export interface TracedRequest extends TelemetryOptions {
  readonly emit: Listener | undefined;
  readonly ask: (emit?: Listener) => Promise<ChatResponse>;
}

/** The span of one request to a model. */
export function traceRequest(
  service: ChatService,
  request: ChatRequest,
  { captureContent, emit, ask }: TracedRequest,
): Promise<ChatResponse> {
  const tracer = registeredTracer();
  if (tracer === undefined) return ask();
  const isStreamed = emit !== undefined && service.stream !== undefined;
  const attributes = {
    'gen_ai.operation.name': 'chat',
    ...serviceAttributes(service),
    ...settingAttributes(request),
    ...(isStreamed && { 'gen_ai.request.stream': true }),
    ...(captureContent && {
      ...textAttribute('gen_ai.input.messages', request.messages),
      ...textAttribute('gen_ai.tool.definitions', request.tools ?? []),
    }),
  };
  return inSpan(`chat ${service.modelId}`, { tracer, kind: SpanKind.CLIENT, attributes }, async (span) => {
    const response = await ask(isStreamed ? timed(emit, span) : emit);
    span.setAttributes({
      'gen_ai.response.finish_reasons': [response.finishReason],
      ...(response.id !== undefined && { 'gen_ai.response.id': response.id }),
      ...(response.model !== undefined && { 'gen_ai.response.model': response.model }),
      ...(response.usage && usageAttributes(response.usage)),
      ...(captureContent && textAttribute('gen_ai.output.messages', [response.message])),
    });
    return response;
  });
}

/** Notes when the first piece of an answer came, in seconds. */
function timed(emit: Listener, span: Span): Listener {
  const startedAt = performance.now();
  let isFirst = true;
  return (delta) => {
    if (isFirst) span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - startedAt) / 1000);
    isFirst = false;
    emit(delta);
  };
}

/** What is traced of a function's run. */
export interface FunctionSpanOptions extends Partial<TelemetryOptions> {
  readonly wireName: string;
  readonly description: string;
  readonly toolCall?: ToolCall;
}

/** The span of one call of a model; a failure is in its record. */
export function traceCall<T extends { readonly record: FunctionCallRecord }>(
  options: FunctionSpanOptions,
  run: () => T | Promise<T>,
): T | Promise<T> {
  const tracer = registeredTracer();
  if (tracer === undefined) return run();
  return inSpan(
    `execute_tool ${options.wireName}`,
    { tracer, kind: SpanKind.INTERNAL, attributes: toolAttributes(options) },
    async (span) => {
      const outcome = await run();
      const { error, result } = outcome.record;
      if (error !== undefined) markFailed(span, error);
      if (options.captureContent === true) span.setAttribute('gen_ai.tool.call.result', result.content ?? '');
      return outcome;
    },
  );
}

/** The span of one run of a function for the developer. */
export function traceInvoke<T>(options: FunctionSpanOptions, run: () => Promise<T>): Promise<T> {
  const tracer = registeredTracer();
  if (tracer === undefined) return run();
  return inSpan(
    `execute_tool ${options.wireName}`,
    { tracer, kind: SpanKind.INTERNAL, attributes: toolAttributes(options) },
    run,
  );
}

async function inSpan<T>(
  name: string,
  { tracer, ...options }: { tracer: Tracer; kind: SpanKind; attributes: Attributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

// Neither message nor stack: they may say what was said.
function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType(error));
}

function errorType(error: unknown): string {
  if (isKernelError(error)) {
    const status = error.data?.['status'];
    return error.code === 'service_failed' && typeof status === 'number' ? String(status) : error.code;
  }
  return error instanceof Error || error instanceof DOMException ? error.name : '_OTHER';
}

function serviceAttributes({ modelId, provider }: ChatService): Attributes {
  return { 'gen_ai.request.model': modelId, ...(provider !== undefined && { 'gen_ai.provider.name': provider }) };
}

function settingAttributes({ settings = {} }: ChatRequest): Attributes {
  const { temperature, topP, maxTokens, stop, seed } = settings;
  return {
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(topP !== undefined && { 'gen_ai.request.top_p': topP }),
    ...(maxTokens !== undefined && { 'gen_ai.request.max_tokens': maxTokens }),
    ...(stop !== undefined && { 'gen_ai.request.stop_sequences': [stop].flat() }),
    ...(seed !== undefined && { 'gen_ai.request.seed': seed }),
  };
}

function usageAttributes({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage): Attributes {
  return {
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    ...(cachedInputTokens !== undefined && { 'gen_ai.usage.cache_read.input_tokens': cachedInputTokens }),
    ...(reasoningTokens !== undefined && { 'gen_ai.usage.reasoning.output_tokens': reasoningTokens }),
  };
}

// What a service of somebody's own puts into `extra` may be no JSON: a span is not worth a run.
function textAttribute(name: string, value: unknown): Attributes {
  try {
    return { [name]: JSON.stringify(value) };
  } catch {
    return {};
  }
}

function toolAttributes({ wireName, description, toolCall, captureContent }: FunctionSpanOptions): Attributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': wireName,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.description': description,
    ...(toolCall !== undefined && { 'gen_ai.tool.call.id': toolCall.id }),
    ...(toolCall !== undefined && captureContent === true && { 'gen_ai.tool.call.arguments': toolCall.arguments }),
  };
}
