import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { registeredTracer } from '../registered-tracer.js';
import type { HttpRequest } from './http-request.js';

/** What is traced of one attempt. */
export interface TracedAttempt {
  readonly request: Pick<HttpRequest, 'operation' | 'method' | 'url'>;
  /** How often the request was sent before. */
  readonly resendCount: number;
  /** A short name for a failure, such as ECONNRESET. */
  readonly nameFailure: (error: unknown) => string;
}

/**
 * The span of one attempt, by the OpenTelemetry conventions for HTTP clients, but without the address: its query holds
 * the session identifier, its path the names of files. It ends when the head of the answer is there, or the answer is read.
 */
export function traceAttempt<Answer extends { readonly status: number }>(
  attempt: TracedAttempt,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const tracer = registeredTracer();
  if (tracer === undefined) return send();
  const options = { kind: SpanKind.CLIENT, attributes: attributesOf(attempt) };
  return tracer.startActiveSpan(attempt.request.method, options, async (span) => {
    try {
      const answer = await send();
      span.setAttribute('http.response.status_code', answer.status);
      return answer;
    } catch (error) {
      const name = attempt.nameFailure(error);
      if (/^\d{3}$/.test(name)) span.setAttribute('http.response.status_code', Number(name));
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', name);
      throw error;
    } finally {
      span.end();
    }
  });
}

function attributesOf({ request: { operation, method, url: address }, resendCount }: TracedAttempt): Attributes {
  const url = new URL(address.href);
  return {
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    'url.scheme': url.protocol.replace(':', ''),
    ...(resendCount > 0 && { 'http.request.resend_count': resendCount }),
    'dynamic_sessions_kernel.operation': operation,
  };
}
