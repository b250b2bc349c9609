import { Readable } from 'node:stream';
import { AxiosError, type AxiosResponse, isAxiosError } from 'axios';
import type { IAxiosRetryConfig } from 'axios-retry';
import type { AttemptRecord } from './attempt.js';
import { type Clock, sleep } from './clock.js';
import type { HttpRequest } from './http-request.js';
import { log } from './logger.js';
import { saysPoolFull } from './map-error.js';
import { headerOf } from './response-body.js';
import { decideRetry, readRetryAfterMs, type RetryDecision } from './retry-policy.js';

/** Stands in for a network code where the answer is too large to be read. */
export const ANSWER_TOO_LARGE = 'ERR_ANSWER_TOO_LARGE';

/** What the decision depends on besides the failed attempt. */
export interface RetrySettings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  readonly executeAgainOn503: boolean;
  /** How long to wait for a full pool beyond the retries, in milliseconds. */
  readonly waitForCapacityMs: number;
}

/** axios-retry's options for one request: every decision is the policy's, and pauses go by our clock and the caller's signal. */
export function retryWiring(request: HttpRequest, record: AttemptRecord, settings: RetrySettings): IAxiosRetryConfig {
  const startedAt = settings.clock.now();
  let retriesSoFar = 0;
  let pauseMs = 0;
  return {
    retries: Infinity, // How often is the policy's to say.
    // The pause happens in onRetry, where it can be aborted and its clock be moved.
    retryDelay: () => 0,
    retryCondition: (error) => {
      const capacityWaitLeftMs = settings.waitForCapacityMs - (settings.clock.now() - startedAt);
      const decision = decide(error, request, record, { ...settings, retriesSoFar, capacityWaitLeftMs });
      if (!decision.retry) return false;
      pauseMs = decision.delayMs;
      return true;
    },
    onRetry: async (_count, error) => {
      retriesSoFar += 1;
      const unread: unknown = error.response?.data;
      if (unread instanceof Readable) unread.destroy();
      const failure = refusalOf(error)?.status ?? networkCodeOf(error);
      log().warning(`${request.operation}: ${failure}; sent again in ${Math.round(pauseMs)} ms`);
      await sleep(settings.clock, pauseMs, request.signal);
    },
  };
}

function decide(
  error: AxiosError,
  request: HttpRequest,
  record: AttemptRecord,
  settings: RetrySettings & { retriesSoFar: number; capacityWaitLeftMs: number },
): RetryDecision {
  if (request.signal?.aborted || record.deadline?.expired || record.bodyFailure) return { retry: false };
  const response = refusalOf(error);
  const text = typeof response?.data === 'string' ? response.data : '';
  return decideRetry(
    {
      rule: request.replay,
      retriesSoFar: settings.retriesSoFar,
      maxRetries: settings.retries,
      status: response?.status,
      networkCode: response ? undefined : networkCodeOf(error),
      nothingSent: record.nothingSent,
      poolFull: response !== undefined && !record.nothingSent && saysPoolFull(response.status, text),
      bodyReplayable: request.body?.type !== 'stream' || request.body.replayable,
      retryAfterMs: response && readRetryAfterMs(headerOf(response), settings.clock.now()),
      capacityWaitLeftMs: settings.capacityWaitLeftMs,
      executeAgainOn503: settings.executeAgainOn503,
    },
    settings.random,
  );
}

/** The service's answer, where it is a refusal. An answer with status 2xx that broke off is none: nobody knows what it said. */
export function refusalOf(error: unknown): AxiosResponse<unknown> | undefined {
  if (!isAxiosError<unknown>(error) || !error.response) return undefined;
  return error.response.status < 300 ? undefined : error.response;
}

/** Node's code of a failure. An answer that breaks off in the middle counts as a reset connection. */
export function networkCodeOf(error: unknown): string | undefined {
  if (isAxiosError(error) && error.code === AxiosError.ERR_BAD_RESPONSE) {
    return /maxContentLength/.test(error.message) ? ANSWER_TOO_LARGE : 'ECONNRESET';
  }
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}
