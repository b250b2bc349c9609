import { isSessionsError, SessionsError } from '../errors.js';
import type { HttpBody } from '../http/http-request.js';
import { requireFeature } from './api-version.js';
import { linkedUrl } from './endpoint.js';
import { readExecutionJson } from './execution-json.js';
import { type ExecutionResult, readExecutionResult } from './execution-result.js';
import { outputLengthField } from './output-length.js';
import { addressed, type PoolConnection, type PoolRequest, sessionOf, standardQuery } from './pool-connection.js';
import { awaitExecution } from './poll-execution.js';
import { endSessionBehind } from './session-operations.js';
import { type CallOptions, readWholeNumber, type WithAbortable } from './sessions-client-options.js';

/** How code is run. */
export interface ExecuteOptions extends CallOptions {
  /** The service's own limit, in seconds; it cuts at 220. @default 100 */
  timeoutInSeconds?: number | undefined;
  /** How much of stdout and of stderr the service keeps, in characters; since 2025-10-02-preview. @default 100_000 */
  outputStreamsMaxLength?: number | undefined;
}

/** How a shell command is run. */
export interface ExecuteShellOptions extends CallOptions {
  /** The service's own limit, in seconds. @default 100 */
  timeoutInSeconds?: number | undefined;
  /** How much of stdout and of stderr the service keeps, in bytes; since 2025-10-02-preview. @default 100_000 */
  outputStreamsMaxLength?: number | undefined;
  /** What the command reads; since 2025-10-02-preview. */
  stdin?: string | undefined;
}

const DEFAULT_TIMEOUT_IN_SECONDS = 100;

/** What the client allows on top of the service's limit: the allocation of a session, and the way there and back. */
const DEADLINE_MARGIN_MS = 30_000;

/** Shorter lines of code, and words of a command, would blot out ordinary words of a message. */
const SHORTEST_QUOTED = 8;

/** Runs code and waits for it. */
export async function execute(
  connection: PoolConnection,
  code: string,
  options: WithAbortable<ExecuteOptions>,
): Promise<ExecutionResult> {
  const run = prepare(connection, code, options, false);
  return await finish(connection, run, options);
}

/** Starts code without waiting for it. */
export async function startExecution(
  connection: PoolConnection,
  code: string,
  options: Omit<ExecuteOptions, 'outputStreamsMaxLength'>,
): Promise<ExecutionResult> {
  requireFeature(connection.apiVersion, 'Starting an execution without waiting for it');
  const { result } = await send(connection, prepare(connection, code, options, true));
  return result;
}

/** Runs a command in a shell pool. */
export async function executeShell(
  connection: PoolConnection,
  command: string | readonly string[],
  options: WithAbortable<ExecuteShellOptions>,
): Promise<ExecutionResult> {
  requireFeature(connection.apiVersion, 'Running a shell command');
  if (typeof command !== 'string') requireFeature(connection.apiVersion, 'Running a command with arguments');
  if (options.stdin !== undefined) requireFeature(connection.apiVersion, 'Standard input for a command');
  const words = typeof command === 'string' ? [command] : [...command];
  if ((words[0] ?? '').trim() === '')
    throw new SessionsError('invalid_request', 'There is no command to run: it is empty.');
  const timeoutInSeconds = readTimeout(options.timeoutInSeconds);
  const body = {
    ...(typeof command === 'string' ? { shellCommand: command } : { execCommandAndArgs: words }),
    timeoutInSeconds,
    ...outputLengthField(connection.apiVersion, options.outputStreamsMaxLength),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  };
  // A shell quotes words, not lines.
  const quotable = words.flatMap((word) => word.split(/\s+/)).filter((word) => word.length >= SHORTEST_QUOTED);
  const secrets = [...[...words, options.stdin ?? ''].flatMap(secretLines), ...quotable];
  const request = executionRequest(connection, {
    operation: 'Running the command',
    body,
    timeoutInSeconds,
    secrets,
    options,
  });
  return finish(connection, request, options);
}

interface PreparedRun {
  readonly request: PoolRequest;
  readonly identifier: string;
  readonly timeoutInSeconds: number;
  readonly deadlineMs: number;
}

async function finish(
  connection: PoolConnection,
  run: PreparedRun,
  options: WithAbortable<CallOptions>,
): Promise<ExecutionResult> {
  try {
    const { result, location } = await send(connection, run);
    if (result.status !== 'NotStarted' && result.status !== 'Running') return result;
    const until = connection.clock.now() + run.deadlineMs;
    const { signal, secrets } = run.request;
    return await awaitExecution(connection, { ...run, result, location, until, signal, secrets });
  } catch (error) {
    // A tool that has ended the session itself gives an error of ours as the reason; the id may be in use again by now.
    const isAborted = options.signal?.aborted === true && !isSessionsError(options.signal.reason);
    if (isAborted && connection.onAbort === 'delete-session') endSessionBehind(connection, run.identifier);
    throw error;
  }
}

async function send(
  connection: PoolConnection,
  { request, timeoutInSeconds }: PreparedRun,
): Promise<{ result: ExecutionResult; location?: URL }> {
  const answer = await connection.http.send(addressed(connection, request));
  const result = readExecutionResult(readExecutionJson(answer, request.operation), timeoutInSeconds);
  const link = answer.header('operation-location');
  const pending = result.status === 'NotStarted' || result.status === 'Running';
  if (!pending || link === undefined) return { result };
  return { result, location: linkedUrl(connection.endpoint, link, standardQuery(connection, request.identifier)) };
}

function prepare(
  connection: PoolConnection,
  code: string,
  options: WithAbortable<ExecuteOptions>,
  asynchronous: boolean,
): PreparedRun {
  if (typeof code !== 'string' || code.trim() === '') {
    throw new SessionsError('invalid_request', 'There is no code to run: it is empty.');
  }
  const { outputStreamsMaxLength } = options;
  if (outputStreamsMaxLength !== undefined) {
    requireFeature(connection.apiVersion, '`outputStreamsMaxLength`');
    readWholeNumber(outputStreamsMaxLength, 'outputStreamsMaxLength', 1, 1);
  }
  const timeoutInSeconds = readTimeout(options.timeoutInSeconds);
  const body = connection.wire.executeBody({ code, timeoutInSeconds, outputStreamsMaxLength, asynchronous });
  const operation = asynchronous ? 'Starting the code' : 'Running the code';
  return executionRequest(connection, { operation, body, timeoutInSeconds, secrets: secretLines(code), options });
}

interface ExecutionParts {
  readonly operation: string;
  readonly body: unknown;
  readonly timeoutInSeconds: number;
  readonly secrets: readonly string[];
  readonly options: WithAbortable<CallOptions>;
}

function executionRequest(connection: PoolConnection, parts: ExecutionParts): PreparedRun {
  const { operation, body, timeoutInSeconds, secrets, options } = parts;
  const identifier = sessionOf(connection, options);
  const deadlineMs = timeoutInSeconds * 1000 + DEADLINE_MARGIN_MS;
  const segments = connection.wire.executeRoute;
  const { signal } = options;
  const request: PoolRequest = {
    operation,
    method: 'POST',
    replay: 'execute',
    segments,
    identifier,
    timeoutMs: deadlineMs,
    body: jsonBody(body),
    signal,
    secrets,
  };
  return { request, identifier, timeoutInSeconds, deadlineMs };
}

function readTimeout(value: unknown): number {
  // A deadline in milliseconds has to fit into a timer.
  if (typeof value === 'number' && value > 2_000_000)
    throw new SessionsError('invalid_options', '`timeoutInSeconds` is in seconds.');
  return readWholeNumber(value, 'timeoutInSeconds', 1, DEFAULT_TIMEOUT_IN_SECONDS);
}

/** The service may quote a part of the code; lines are what it would quote. */
function secretLines(code: string): string[] {
  const lines = code.split('\n').map((line) => line.trim());
  return [code, code.trim(), ...new Set(lines.filter((line) => line.length >= SHORTEST_QUOTED))];
}

function jsonBody(value: unknown): HttpBody {
  return { type: 'text', contentType: 'application/json', text: JSON.stringify(value) };
}
