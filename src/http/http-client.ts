import type { AxiosResponse } from 'axios';
import { SessionsError } from '../errors.js';
import type { RenewingTokenCache } from '../auth/token-cache.js';
import { type AttemptRecord, attemptAdapter } from './attempt.js';
import { type AxiosDoor, createAxiosDoor } from './axios-door.js';
import { readClaimsChallenge } from './claims-challenge.js';
import { type Clock, systemClock } from './clock.js';
import type { HttpAnswer, HttpRequest, HttpStreamAnswer } from './http-request.js';
import { isLoopbackHost } from './loopback.js';
import { log } from './logger.js';
import { errorFromAnswer } from './map-error.js';
import { errorFromFailure } from './map-failure.js';
import { guardedBody, headerOf, readErrorText } from './response-body.js';
import { refusalOf, retryWiring } from './retry-wiring.js';

/** What a client for one session pool is made of. */
export interface HttpClientOptions {
  /** Scheme, host and port of the pool; the token goes nowhere else. */
  readonly origin: string;
  readonly tokens: RenewingTokenCache;
  readonly scope: string;
  /** How often a request is sent again at most, where that is safe. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  /** Connections open at once; further requests wait for one. */
  readonly maxSockets: number;
  /** @default false */
  readonly executeAgainOn503?: boolean | undefined;
  /** How long to wait for a full pool beyond the retries, in milliseconds. @default 0 */
  readonly waitForCapacityMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** Spreads retries; 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Sends requests of one pool: token, limits, retries and errors are taken care of. */
export interface HttpClient {
  /** Resolves for status 2xx, with the whole answer. Rejects with a SessionsError, or with `signal.reason`. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** As `send`, but the body is left to be read piece by piece. It has to be read to its end or left by `break`. */
  open(request: HttpRequest): Promise<HttpStreamAnswer>;
}

/** Larger answers than this are cut off: no listing and no execution comes near. */
const LARGEST_ANSWER_BYTES = 256 * 1024 * 1024;

/** With the version of this package, written out: reading the manifest would not survive a bundler. */
const USER_AGENT = 'dynamic-sessions-kernel/0.1.0 (Language=TypeScript)';

interface Exchange {
  readonly response: AxiosResponse<unknown>;
  readonly record: AttemptRecord;
}

/**
 * Makes the client of one pool, with one keep-alive agent.
 *
 * @throws SessionsError `invalid_options` when the origin is neither https nor a loopback host: a bearer token is not sent in the clear.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const origin = new URL(options.origin);
  const isLoopback = isLoopbackHost(origin.hostname);
  if (origin.protocol !== 'https:' && !isLoopback) {
    throw new SessionsError('invalid_options', 'A bearer token is sent over https only, or to a loopback host.');
  }
  return new PoolHttpClient(options, createAxiosDoor({ maxSockets: options.maxSockets, isLoopback }));
}

class PoolHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #door: AxiosDoor;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The claims that the service has asked for; tokens without them would be rejected again. */
  #claims: string | undefined;

  constructor(options: HttpClientOptions, door: AxiosDoor) {
    this.#options = options;
    this.#door = door;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const startedAt = this.#clock.now();
    const { response } = await this.#follow(request, 'text');
    log().info(`${request.operation}: ${response.status} in ${this.#clock.now() - startedAt} ms`);
    const text = typeof response.data === 'string' ? response.data : '';
    return { status: response.status, text, header: headerOf(response) };
  }

  async open(request: HttpRequest): Promise<HttpStreamAnswer> {
    const { response, record } = await this.#follow(request, 'stream');
    const body = guardedBody(response.data, record, (error) => errorFromFailure(error, request, record));
    return { status: response.status, body, header: headerOf(response) };
  }

  async #follow(request: HttpRequest, responseType: 'text' | 'stream'): Promise<Exchange> {
    request.reach?.begin();
    try {
      return await this.#exchange(request, responseType);
    } finally {
      request.reach?.end();
    }
  }

  async #exchange(request: HttpRequest, responseType: 'text' | 'stream'): Promise<Exchange> {
    const { scope, tokens, origin } = this.#options;
    if (request.url.origin !== origin) {
      throw new SessionsError('invalid_response', `${request.operation} stopped: the address lies outside the pool.`);
    }
    const wanted = { scope, ...(request.signal ? { signal: request.signal } : {}) };
    let token = await tokens.get({ ...wanted, ...this.#claimsOption() });
    let exchange = await this.#transmit(request, token, responseType);
    if (exchange.response.status === 401) {
      tokens.invalidate(token);
      this.#claims = readClaimsChallenge(headerOf(exchange.response)('www-authenticate')) ?? this.#claims;
    }
    if (exchange.response.status === 401 && mayRepeat(request)) {
      const text = await readErrorText(exchange.response.data, this.#clock);
      const renewed = await tokens.getInsteadOf(token, { ...wanted, ...this.#claimsOption() });
      if (renewed === token) throw this.#refusal(request, token, exchange.response, text);
      token = renewed;
      exchange = await this.#transmit(request, token, responseType);
    }
    const { response } = exchange;
    if (response.status >= 200 && response.status < 300) return exchange;
    const text = await readErrorText(response.data, this.#clock);
    throw this.#refusal(request, token, response, text);
  }

  /** Gives every answer of the service back, refusals included, once the retries are used up. */
  async #transmit(request: HttpRequest, token: string, responseType: 'text' | 'stream'): Promise<Exchange> {
    const { retries, connectTimeoutMs, executeAgainOn503 = false, waitForCapacityMs = 0 } = this.#options;
    const record: AttemptRecord = { nothingSent: true, connectExpired: false };
    const { signal, body, reach, timeoutMs: attemptTimeoutMs } = request;
    const { queueingAgents } = this.#door;
    const plan = {
      clock: this.#clock,
      connectTimeoutMs,
      attemptTimeoutMs,
      signal,
      body,
      record,
      reach,
      queueingAgents,
    };
    const policy = { clock: this.#clock, random: this.#random, retries, executeAgainOn503, waitForCapacityMs };
    try {
      const response = await this.#door.instance.request<unknown>({
        method: request.method,
        url: request.url.href,
        headers: this.#headers(request, token, responseType),
        data: body?.type === 'text' ? body.text : undefined,
        responseType,
        decompress: responseType === 'text',
        maxContentLength: responseType === 'text' ? LARGEST_ANSWER_BYTES : -1,
        adapter: attemptAdapter(plan),
        'axios-retry': retryWiring(request, record, policy),
        ...(signal ? { signal } : {}),
      });
      return { response, record };
    } catch (error) {
      const response = refusalOf(error);
      if (response && !signal?.aborted && !record.deadline?.expired) return { response, record };
      record.deadline?.stop();
      throw errorFromFailure(error, request, record);
    }
  }

  #headers({ body }: HttpRequest, token: string, responseType: 'text' | 'stream'): Record<string, string> {
    return {
      Authorization: `Bearer ${token}`,
      'User-Agent': USER_AGENT,
      Accept: responseType === 'text' ? 'application/json' : '*/*',
      ...(responseType === 'stream' ? { 'Accept-Encoding': 'identity' } : {}),
      ...(body ? { 'Content-Type': body.contentType } : {}),
      ...(body?.type === 'stream' && body.lengthInBytes !== undefined
        ? { 'Content-Length': String(body.lengthInBytes) }
        : {}),
    };
  }

  #claimsOption(): { claims?: string } {
    return this.#claims === undefined ? {} : { claims: this.#claims };
  }

  #refusal(request: HttpRequest, token: string, response: AxiosResponse<unknown>, text: string): SessionsError {
    const { operation, secrets } = request;
    const { scope } = this.#options;
    const answer = { status: response.status, text, header: headerOf(response), now: this.#clock.now() };
    return errorFromAnswer({ operation, secrets, scope, token, ...answer });
  }
}

function mayRepeat({ body }: HttpRequest): boolean {
  return body?.type !== 'stream' || body.replayable;
}
