/**
 * What may be sent a second time.
 * - `execute`: only what the service has certainly not started, since user code must never run twice.
 * - `idempotent`: reads and deletes.
 * - `upload`: as `idempotent`, if its source can be read again.
 */
export type ReplayRule = 'execute' | 'idempotent' | 'upload';

/** An attempt that did not succeed, as far as the decision needs to know it. */
export interface FailedAttempt {
  readonly rule: ReplayRule;
  /** How often the request has been sent again already. */
  readonly retriesSoFar: number;
  readonly maxRetries: number;
  /** The HTTP status, where there was an answer; that of a proxy, if nothing was sent. */
  readonly status?: number | undefined;
  /** Node's code of the network failure, where there was no answer. */
  readonly networkCode?: string | undefined;
  /** True only if it is certain that no byte of the request left this machine. */
  readonly nothingSent: boolean;
  /** True when the service said that it has no room for another session. */
  readonly poolFull: boolean;
  /** Whether the body can be produced again. */
  readonly bodyReplayable: boolean;
  /** What the service asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** How long the caller is still willing to wait for a full pool, in milliseconds, however many retries that takes. */
  readonly capacityWaitLeftMs: number;
  /** Whether the caller accepts that code runs twice when a gateway answers 503 after it has run. */
  readonly executeAgainOn503: boolean;
}

/** Whether to send again, and after how long. */
export type RetryDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/** The service's `Retry-After` is honoured up to this. */
export const LONGEST_RETRY_DELAY_MS = 30_000;
const FIRST_RETRY_DELAY_MS = 500;

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 429]);

/** Failures that a later attempt may well not meet. A bad certificate is not among them. */
const TRANSIENT_NETWORK_CODES: ReadonlySet<string | undefined> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

/** Decides whether a failed request is sent again. `random` gives 0 to 1 and spreads clients that failed together. */
export function decideRetry(failed: FailedAttempt, random: () => number): RetryDecision {
  if (!failed.bodyReplayable || !isRetryable(failed)) return { retry: false };
  const delayMs = delayFor(failed, random);
  const waitsForCapacity = failed.poolFull && delayMs <= failed.capacityWaitLeftMs;
  return waitsForCapacity || failed.retriesSoFar < failed.maxRetries ? { retry: true, delayMs } : { retry: false };
}

function isRetryable(failed: FailedAttempt): boolean {
  const transientFailure = TRANSIENT_NETWORK_CODES.has(failed.networkCode);
  if (failed.nothingSent) return transientFailure || isTransientStatus(failed.status);
  if (failed.poolFull || failed.status === 429) return true;
  if (failed.rule === 'execute') return failed.status === 503 && failed.executeAgainOn503;
  if (failed.status === undefined) return transientFailure;
  return isTransientStatus(failed.status);
}

function isTransientStatus(status: number | undefined): boolean {
  return status !== undefined && (TRANSIENT_STATUSES.has(status) || status >= 500);
}

function delayFor({ retryAfterMs, retriesSoFar }: FailedAttempt, random: () => number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_RETRY_DELAY_MS);
  const ceiling = Math.min(FIRST_RETRY_DELAY_MS * 2 ** Math.min(retriesSoFar, 10), LONGEST_RETRY_DELAY_MS);
  return ceiling / 2 + (random() * ceiling) / 2;
}

/** How long an answer asks to wait, in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function readRetryAfterMs(header: (name: string) => string | undefined, now: number): number | undefined {
  const milliseconds = readNumber(header('retry-after-ms') ?? header('x-ms-retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds;
  const text = header('retry-after') ?? '';
  const seconds = readNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = readDate(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** HTTP has three forms of a date; of other texts, such as "3 soon", the parser makes a date of its own invention. */
function readDate(text: string): number {
  if (/\d\d:\d\d:\d\d GMT\s*$/.test(text)) return Date.parse(text);
  return /^\s*\w{3} \w{3} [\d ]\d \d\d:\d\d:\d\d \d{4}\s*$/.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}

function readNumber(text = ''): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
