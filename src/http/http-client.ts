import type { Agent } from 'node:http';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { SessionsError } from '../errors.js';
import { redactSecrets } from '../auth/redact-secrets.js';
import type { RenewingTokenCache } from '../auth/token-cache.js';
import { type AttemptRecord, attemptAdapter } from './attempt.js';
import { createAxiosDoor } from './axios-door.js';
import { readClaimsChallenge } from './claims-challenge.js';
import { type Clock, systemClock } from './clock.js';
import type { HttpAnswer, HttpRequest, HttpStreamAnswer } from './http-request.js';
import { isLoopbackHost } from './loopback.js';
import { log } from './logger.js';
import { errorFromAnswer, type RefusedRequest } from './map-error.js';
import { errorFromFailure } from './map-failure.js';
import { requestHeaders } from './request-headers.js';
import { keepToken, type RequestToken } from './request-token.js';
import { guardedBody, headerOf, readErrorText } from './response-body.js';
import { refusalOf, retryWiring } from './retry-wiring.js';
import { createSlots, type Slots } from './slots.js';

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
  /** Makes the connections; without it, an own one does, and proxies of the environment are used. */
  readonly agent?: Agent | undefined;
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

/** Larger answers than this, once decompressed, are refused: no listing and no execution comes near. */
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

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
  return new PoolHttpClient(options, createAxiosDoor({ ...options, isLoopback }));
}

class PoolHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #axios: AxiosInstance;
  readonly #slots: Slots;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The claims that the service has asked for; tokens without them would be rejected again. */
  #claims: string | undefined;

  constructor(options: HttpClientOptions, axios: AxiosInstance) {
    this.#options = options;
    this.#axios = axios;
    this.#slots = createSlots(options.maxSockets);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const startedAt = this.#clock.now();
    const { response } = await this.#follow(request, 'text');
    log().info(`${request.operation}: ${response.status} in ${this.#clock.now() - startedAt} ms`);
    const text = typeof response.data === 'string' ? response.data : '';
    const redact = (said: string): string => redactSecrets(said, this.#secretsOf(request), request.userTexts);
    return { status: response.status, text, header: headerOf(response), redact };
  }

  async open(request: HttpRequest): Promise<HttpStreamAnswer> {
    const { response, record } = await this.#follow(request, 'stream');
    const body = guardedBody(response.data, record, (error) => this.#failure(error, request, record));
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
    const { signal } = request;
    const kept = { tokens, clock: this.#clock };
    const question = { scope, signal, claims: this.#claims };
    let token = keepToken(await tokens.get(question), question, kept);
    let exchange = await this.#transmit(request, token, responseType);
    const rejected = exchange.response.status === 401 && !exchange.record.nothingSent ? token.value : undefined;
    if (rejected !== undefined) {
      tokens.invalidate(rejected);
      this.#claims = readClaimsChallenge(headerOf(exchange.response)('www-authenticate')) ?? this.#claims;
    }
    if (rejected !== undefined && mayRepeat(request)) {
      const text = await readErrorText(exchange.response.data, this.#clock, signal);
      const anew = { ...question, claims: this.#claims };
      token = keepToken(await tokens.getInsteadOf(rejected, anew), anew, kept);
      const said = { token: rejected, text, isRepeated: true };
      if (token.value === rejected) throw this.#refusal(request, exchange, said);
      exchange = await this.#transmit(request, token, responseType);
    }
    const { response } = exchange;
    if (response.status >= 200 && response.status < 300) return exchange;
    const text = await readErrorText(response.data, this.#clock, signal);
    throw this.#refusal(request, exchange, { token: token.value, text });
  }

  /** Gives every answer of the service back, refusals included, once the retries are used up. */
  async #transmit(request: HttpRequest, token: RequestToken, responseType: 'text' | 'stream'): Promise<Exchange> {
    const { retries, connectTimeoutMs, executeAgainOn503 = false, waitForCapacityMs = 0 } = this.#options;
    const record: AttemptRecord = { attempts: 0, nothingSent: true, connectExpired: false };
    const { signal, body } = request;
    const clock = this.#clock;
    const plan = { request, clock, slots: this.#slots, connectTimeoutMs, record, token };
    const policy = { clock, random: this.#random, retries, executeAgainOn503, waitForCapacityMs };
    try {
      const response = await this.#axios.request<unknown>({
        method: request.method,
        url: request.url.href,
        headers: requestHeaders(request, token.value, responseType),
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
      throw this.#failure(error, request, record);
    }
  }

  #secretsOf({ secrets }: HttpRequest): readonly string[] {
    return [...secrets, ...this.#options.tokens.seenTokens()];
  }

  #failure(error: unknown, request: HttpRequest, record: AttemptRecord): unknown {
    return errorFromFailure(error, { ...request, secrets: this.#secretsOf(request) }, record);
  }

  #refusal(
    request: HttpRequest,
    { response, record }: Exchange,
    said: Pick<RefusedRequest, 'token' | 'text' | 'isRepeated'>,
  ): SessionsError {
    const { operation, replay, asksForCode, userTexts } = request;
    const { scope, origin } = this.#options;
    const isLoopback = isLoopbackHost(new URL(origin).hostname);
    const secrets = this.#secretsOf(request);
    const isFromProxy = record.nothingSent;
    const asked = { operation, replay, asksForCode, userTexts, scope, isLoopback, isFromProxy, secrets };
    const answer = { status: response.status, header: headerOf(response), now: this.#clock.now() };
    return errorFromAnswer({ ...asked, ...answer, ...said });
  }
}

function mayRepeat({ body }: HttpRequest): boolean {
  return body?.type !== 'stream' || body.replayable;
}
