import type { Abortable } from '../abort-listeners.js';
import { isSessionsError, SessionsError, withoutFullStop } from '../errors.js';
import { aftermathOf } from '../http/aftermath.js';
import { sleep } from '../http/clock.js';
import { requireFeature } from './api-version.js';
import { readExecutionJson } from './execution-json.js';
import { type ExecutionResult, readExecutionResult } from './execution-result.js';
import { addressed, addressedTo, type PoolConnection, sessionOf } from './pool-connection.js';
import { type CallOptions, readWholeNumber } from './sessions-client-options.js';

/** How an execution is waited for. */
export interface WaitForExecutionOptions extends CallOptions {
  /** The pause between two questions, in milliseconds. @default 1_000 */
  pollIntervalMs?: number | undefined;
}

/** An execution that is under way. */
export interface PendingExecution {
  readonly identifier: string;
  readonly result: ExecutionResult;
  /** Where the service said to ask. @default built from the id */
  readonly location?: URL | undefined;
  /** When to give up, on the connection's clock. @default never */
  readonly until?: number;
  readonly pollIntervalMs?: number;
  /** How long the code may run, where that is known. */
  readonly timeoutInSeconds?: number;
  readonly signal?: Abortable | undefined;
  /** What runs: no error may quote a part of it. */
  readonly userTexts?: readonly string[] | undefined;
}

interface Question extends Pick<PendingExecution, 'identifier' | 'timeoutInSeconds' | 'signal' | 'userTexts'> {
  /** Whether the code was sent by the call that asks. @default false */
  readonly asksForCode?: boolean;
}

const DEFAULT_POLL_INTERVAL_MS = 1_000;

/** Asks once how an execution stands. */
export async function getExecution(
  connection: PoolConnection,
  id: string,
  options: CallOptions,
): Promise<ExecutionResult> {
  const identifier = sessionOf(connection, options);
  return ask(connection, checkId(connection, id), { identifier, signal: options.signal });
}

/** Asks until an execution has ended. */
export async function waitForExecution(
  connection: PoolConnection,
  id: string,
  options: WaitForExecutionOptions,
): Promise<ExecutionResult> {
  const identifier = sessionOf(connection, options);
  const pollIntervalMs = readWholeNumber(options.pollIntervalMs, 'pollIntervalMs', 0, DEFAULT_POLL_INTERVAL_MS);
  const question = { identifier, signal: options.signal };
  const result = await ask(connection, checkId(connection, id), question);
  return awaitExecution(connection, { ...question, result: { ...result, id }, pollIntervalMs });
}

/** Asks on until an execution that is under way has ended. */
export async function awaitExecution(connection: PoolConnection, pending: PendingExecution): Promise<ExecutionResult> {
  const { location, until = Infinity, signal, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = pending;
  let result = pending.result;
  const target = location ?? result.id;
  while (result.status === 'NotStarted' || result.status === 'Running') {
    if (target === undefined) {
      throw new SessionsError(
        'invalid_response',
        'The session pool says that the code still runs, but not how to ask for it.',
      );
    }
    if (connection.clock.now() >= until) {
      throw new SessionsError(
        'timeout',
        'The code still runs although its time is up. Ask for it later with `getExecution`, or delete the session.',
      );
    }
    await sleep(connection.clock, pollIntervalMs, signal);
    result = await ask(connection, target, { ...pending, asksForCode: true });
  }
  return result;
}

async function ask(
  connection: PoolConnection,
  target: URL | string,
  { identifier, timeoutInSeconds, signal, userTexts, asksForCode }: Question,
): Promise<ExecutionResult> {
  const operation = 'Getting the execution';
  const request = {
    operation,
    method: 'GET',
    replay: 'idempotent',
    asksForCode,
    identifier,
    signal,
    userTexts,
  } as const;
  const addressedRequest =
    target instanceof URL
      ? addressedTo(connection, target, request)
      : addressed(connection, { ...request, segments: ['executions', target] });
  const answer = await connection.http.send(addressedRequest).catch((error: unknown) => {
    throw signal?.aborted === true ? error : tellingOf(aftermathOf(request), error);
  });
  return readExecutionResult(readExecutionJson(answer, operation), timeoutInSeconds);
}

/** Without a token there is no request, and its failure says nothing of what the request was to ask for. */
function tellingOf(aftermath: string | undefined, error: unknown): unknown {
  if (aftermath === undefined || !isSessionsError(error) || error.code !== 'auth_failed') return error;
  const message = `${withoutFullStop(error.message)}. ${aftermath}`;
  return new SessionsError('auth_failed', message, 'cause' in error ? { cause: error.cause } : {});
}

function checkId(connection: PoolConnection, id: unknown): string {
  requireFeature(connection.apiVersion, 'Getting an execution');
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..' && !/\p{Surrogate}/u.test(id)) return id;
  throw new SessionsError(
    'invalid_request',
    'The id of an execution is a text: the `id` of what `startExecution` gave.',
  );
}
