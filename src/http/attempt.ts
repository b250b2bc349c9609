import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type AxiosRequestConfig, type AxiosResponse, getAdapter, type InternalAxiosRequestConfig } from 'axios';
import type { Clock } from './clock.js';
import { createDeadline, type Deadline } from './deadline.js';
import type { HttpBody } from './http-request.js';
import type { Reach } from './reach.js';

/** What is known of the attempt under way, or of the last one. */
export interface AttemptRecord {
  /** True until a connection stands: before that no byte of the request can have left. */
  nothingSent: boolean;
  connectExpired: boolean;
  deadline?: Deadline;
  /** What the caller's own source of bytes failed with. */
  bodyFailure?: { readonly error: unknown };
}

/** What each attempt of one request needs. */
export interface AttemptPlan {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly body?: HttpBody | undefined;
  readonly record: AttemptRecord;
  readonly reach?: Reach | undefined;
  /** The agents whose queue a request may have to wait in; others, such as a proxy's tunnel, have none. */
  readonly queueingAgents: readonly unknown[];
}

/**
 * An axios adapter that makes one attempt: with a fresh body, a limit for the connection, and a limit for the answer that
 * starts when there is a socket. For a streamed answer the second limit goes on between the pieces; whoever reads it stops it.
 */
export function attemptAdapter(plan: AttemptPlan): NonNullable<AxiosRequestConfig['adapter']> {
  return async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const { record } = plan;
    const deadline = createDeadline(plan.clock, plan.attemptTimeoutMs, plan.signal);
    Object.assign(record, { nothingSent: true, connectExpired: false, deadline, bodyFailure: undefined });
    const source = openBody(plan, deadline);
    let streaming = false;
    try {
      const response = await getAdapter('http')({
        ...config,
        data: source ?? config.data,
        signal: deadline.signal,
        transport: { request: watchedRequest(plan, deadline) },
      });
      streaming = config.responseType === 'stream';
      return response;
    } finally {
      if (!streaming) deadline.stop();
      source?.destroy();
    }
  };
}

function openBody({ body, record }: AttemptPlan, deadline: Deadline): Readable | undefined {
  if (body?.type !== 'stream') return undefined;
  const source = body.open(() => deadline.restart());
  source.on('error', (error) => (record.bodyFailure ??= { error }));
  return source;
}

function watchedRequest(plan: AttemptPlan, deadline: Deadline) {
  return (options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest => {
    const isSecure = options.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(options, onResponse);
    if (!plan.queueingAgents.includes(options.agent)) deadline.restart();
    request.once('socket', (socket) => {
      deadline.restart();
      watchConnection(plan, socket, isSecure);
    });
    return request;
  };
}

function watchConnection(plan: AttemptPlan, socket: Socket, isSecure: boolean): void {
  const handshaking: unknown = Reflect.get(socket, 'secureConnecting');
  if (!socket.connecting && handshaking !== true) {
    noteConnection(plan);
    return;
  }
  const { record, clock, connectTimeoutMs } = plan;
  const cancel = clock.schedule(() => {
    record.connectExpired = true;
    socket.destroy(Object.assign(new Error('The connection took too long.'), { code: 'ETIMEDOUT' }));
  }, connectTimeoutMs);
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    noteConnection(plan);
    cancel();
  });
  socket.once('close', cancel);
}

function noteConnection({ record, reach }: AttemptPlan): void {
  record.nothingSent = false;
  reach?.connected();
}
