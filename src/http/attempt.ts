import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { finished, Readable } from 'node:stream';
import {
  type AxiosRequestConfig,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
  isAxiosError,
} from 'axios';
import type { Clock } from './clock.js';
import { Deadline } from './deadline.js';
import type { HttpRequest } from './http-request.js';
import { saysNotBegun } from './map-error.js';
import { bearer } from './request-headers.js';
import type { RequestToken } from './request-token.js';
import { enterSlot, type Slots } from './slots.js';
import { traceAttempt } from './telemetry.js';

const sendWithAxios = getAdapter('http');

/** What is known of the attempt under way, or of the last one. */
export interface AttemptRecord {
  /** How many there were. */
  attempts: number;
  /** True until a connection stands: before that no byte of the request can have left, and an answer is a proxy's. */
  nothingSent: boolean;
  connectExpired: boolean;
  deadline?: Deadline | undefined;
  /** What the caller's own source of bytes failed with. */
  bodyFailure?: { readonly error: unknown } | undefined;
}

/** What each attempt of one request needs. */
export interface AttemptPlan {
  readonly request: HttpRequest;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly record: AttemptRecord;
  /** Taken until the answer has been read. An agent's own limit would not hold for the tunnels through a proxy. */
  readonly slots: Slots;
  readonly token: RequestToken;
}

/**
 * An axios adapter that makes one attempt: in a slot, with a fresh body, a limit for the connection, and a limit for the
 * answer. For a streamed answer the second limit goes on between the pieces; whoever reads it stops it.
 */
export function attemptAdapter(plan: AttemptPlan): NonNullable<AxiosRequestConfig['adapter']> {
  return async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const { record, request, slots } = plan;
    record.nothingSent = true;
    record.connectExpired = false;
    record.deadline = undefined;
    record.bodyFailure = undefined;
    const release = await enterSlot(slots, request);
    const renewal = plan.token.renewal();
    if (renewal !== undefined) await carryRenewed(config, renewal, release);
    const deadline = new Deadline(plan.clock, request.timeoutMs, request.signal);
    const resendCount = record.attempts;
    record.deadline = deadline;
    record.attempts += 1;
    let data: unknown;
    let isReadLater = false;
    try {
      const traced = { request, resendCount, nameFailure: (error: unknown) => failureName(error, record) };
      const response = await traceAttempt(traced, () => attempt(config, plan, deadline));
      data = response.data;
      isReadLater = config.responseType === 'stream';
      return response;
    } catch (error) {
      const refusal = isAxiosError<unknown>(error) ? error.response : undefined;
      data = refusal?.data;
      if (refusal && !record.nothingSent && saysNotBegun(refusal.status, typeof data === 'string' ? data : ''))
        request.reach?.refused();
      throw error;
    } finally {
      if (data instanceof Readable) finished(data, release);
      else release();
      if (!isReadLater) deadline.stop();
    }
  };
}

/** Sends a token that was renewed while the request waited. Gives the slot back if there is none. */
async function carryRenewed(
  { headers }: InternalAxiosRequestConfig,
  renewal: Promise<string>,
  release: () => void,
): Promise<void> {
  try {
    headers.set('Authorization', bearer(await renewal));
  } catch (error) {
    release();
    throw error;
  }
}

async function attempt(
  config: InternalAxiosRequestConfig,
  plan: AttemptPlan,
  deadline: Deadline,
): Promise<AxiosResponse> {
  const source = openBody(plan, deadline);
  try {
    const transport = { request: watchedRequest(plan, deadline) };
    // Of this one request; a copy would cost more than all else here.
    return await sendWithAxios(Object.assign(config, { data: source ?? config.data, signal: deadline, transport }));
  } finally {
    source?.destroy();
  }
}

function failureName(error: unknown, { deadline, connectExpired }: AttemptRecord): string {
  if (deadline?.expired || connectExpired) return 'timeout';
  if (isAxiosError(error) && error.response) return String(error.response.status);
  if (deadline?.aborted) return 'aborted';
  return isAxiosError(error) ? (error.code ?? '_OTHER') : '_OTHER';
}

function openBody({ request: { body }, record }: AttemptPlan, deadline: Deadline): Readable | undefined {
  if (body?.type !== 'stream') return undefined;
  const source = body.open(() => deadline.restart());
  source.on('error', (error) => (record.bodyFailure ??= { error }));
  return source;
}

function watchedRequest(plan: AttemptPlan, deadline: Deadline) {
  return (options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest => {
    const isSecure = options.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(options, onResponse);
    deadline.restart();
    request.once('socket', (socket) => {
      deadline.restart();
      watchConnection(plan, socket, isSecure);
    });
    return request;
  };
}

function watchConnection(plan: AttemptPlan, socket: Socket, isSecure: boolean): void {
  // Where a proxy opens no tunnel, agents give what its refusal can be read from, and nothing can be written to.
  if (!socket.writable) return;
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

function noteConnection({ record, request }: AttemptPlan): void {
  record.nothingSent = false;
  request.reach?.connected();
}
