import { messageOf, SessionsError } from '../errors.js';
import { aftermathOf } from '../http/aftermath.js';
import type { HttpBody } from '../http/http-request.js';
import type { ReachNotes } from '../http/reach.js';
import { kindOf } from '../kind-of.js';
import { requireFeature } from './api-version.js';
import { deletingOnAbort } from './delete-on-abort.js';
import { linkedUrl } from './endpoint.js';
import { readExecutionJson } from './execution-json.js';
import { type ExecutionResult, readExecutionResult } from './execution-result.js';
import { outputLengthField } from './output-length.js';
import { addressed, type PoolConnection, type PoolRequest, sessionOf, standardQuery } from './pool-connection.js';
import { awaitExecution } from './poll-execution.js';
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

/** Runs code and waits for it. */
export async function execute(
  connection: PoolConnection,
  code: string,
  options: WithAbortable<ExecuteOptions>,
): Promise<ExecutionResult> {
  const run = prepare(connection, code, options, false);
  return await endingOnAbort(connection, run, complete);
}

/** Starts code without waiting for it. */
export async function startExecution(
  connection: PoolConnection,
  code: string,
  options: Omit<ExecuteOptions, 'outputStreamsMaxLength'>,
): Promise<ExecutionResult> {
  requireFeature(connection.apiVersion, 'Starting an execution without waiting for it');
  const run = prepare(connection, code, options, true);
  const { result } = await endingOnAbort(connection, run, send);
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
  const words = typeof command === 'string' ? [command] : [...readWords(command)];
  if (options.stdin !== undefined && typeof options.stdin !== 'string')
    throw new SessionsError('invalid_request', '`stdin` is no text.');
  if ((words[0] ?? '').trim() === '')
    throw new SessionsError('invalid_request', 'There is no command to run: it is empty.');
  const timeoutInSeconds = readTimeout(options.timeoutInSeconds);
  const body = {
    ...(typeof command === 'string' ? { shellCommand: command } : { execCommandAndArgs: words }),
    timeoutInSeconds,
    ...outputLengthField(connection.apiVersion, options.outputStreamsMaxLength),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  };
  const userTexts = [...words, options.stdin ?? ''];
  const operation = 'Running the command';
  const run = executionRequest(connection, { operation, body, timeoutInSeconds, userTexts, options });
  return await endingOnAbort(connection, run, complete);
}

function readWords(command: unknown): readonly string[] {
  if (Array.isArray(command) && command.every((word) => typeof word === 'string')) return command;
  throw new SessionsError('invalid_request', 'A command is a text, or a list of texts: the program and its arguments.');
}

interface PreparedRun {
  readonly request: PoolRequest;
  readonly identifier: string;
  readonly timeoutInSeconds: number;
  readonly deadlineMs: number;
}

async function endingOnAbort<Outcome>(
  connection: PoolConnection,
  run: PreparedRun,
  carryOut: (connection: PoolConnection, run: PreparedRun) => Promise<Outcome>,
): Promise<Outcome> {
  if (connection.onAbort === 'leave-running') return await carryOut(connection, run);
  const { identifier, request } = run;
  const sent = (reach: ReachNotes) => carryOut(connection, { ...run, request: { ...request, reach } });
  return await deletingOnAbort(connection, { identifier, signal: request.signal, send: sent });
}

async function complete(connection: PoolConnection, run: PreparedRun): Promise<ExecutionResult> {
  const { result, link } = await send(connection, run);
  if (result.status !== 'NotStarted' && result.status !== 'Running') return result;
  const until = connection.clock.now() + run.deadlineMs;
  const location = link === undefined ? undefined : locationOf(connection, link, run.identifier);
  const { signal, userTexts } = run.request;
  return await awaitExecution(connection, { ...run, result, location, until, signal, userTexts });
}

async function send(
  connection: PoolConnection,
  { request, timeoutInSeconds }: PreparedRun,
): Promise<{ result: ExecutionResult; link: string | undefined }> {
  const answer = await connection.http.send(addressed(connection, request));
  const result = readExecutionResult(readExecutionJson(answer, request.operation), timeoutInSeconds);
  return { result, link: answer.header('operation-location') };
}

/** Where the service says that started code can be asked for. */
function locationOf(connection: PoolConnection, link: string, identifier: string): URL {
  try {
    return linkedUrl(connection.endpoint, link, standardQuery(connection, identifier));
  } catch (error) {
    const aftermath = aftermathOf({ replay: 'execute', asksForCode: true });
    throw new SessionsError('invalid_response', `${messageOf(error)} ${aftermath}`);
  }
}

function prepare(
  connection: PoolConnection,
  code: string,
  options: WithAbortable<ExecuteOptions>,
  asynchronous: boolean,
): PreparedRun {
  if (typeof code !== 'string')
    throw new SessionsError('invalid_request', `The code to run is a text, not ${kindOf(code)}.`);
  if (code.trim() === '') throw new SessionsError('invalid_request', 'There is no code to run: it is empty.');
  const { outputStreamsMaxLength } = options;
  if (outputStreamsMaxLength !== undefined) {
    requireFeature(connection.apiVersion, '`outputStreamsMaxLength`');
    readWholeNumber(outputStreamsMaxLength, 'outputStreamsMaxLength', 1, 1);
  }
  const timeoutInSeconds = readTimeout(options.timeoutInSeconds);
  const body = connection.wire.executeBody({ code, timeoutInSeconds, outputStreamsMaxLength, asynchronous });
  const operation = asynchronous ? 'Starting the code' : 'Running the code';
  return executionRequest(connection, { operation, body, timeoutInSeconds, userTexts: [code], options });
}

interface ExecutionParts {
  readonly operation: string;
  readonly body: unknown;
  readonly timeoutInSeconds: number;
  readonly userTexts: readonly string[];
  readonly options: WithAbortable<CallOptions>;
}

function executionRequest(connection: PoolConnection, parts: ExecutionParts): PreparedRun {
  const { operation, body, timeoutInSeconds, userTexts, options } = parts;
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
    userTexts,
  };
  return { request, identifier, timeoutInSeconds, deadlineMs };
}

function readTimeout(value: unknown): number {
  // A deadline in milliseconds has to fit into a timer.
  if (typeof value === 'number' && value > 2_000_000)
    throw new SessionsError('invalid_options', '`timeoutInSeconds` is in seconds.');
  return readWholeNumber(value, 'timeoutInSeconds', 1, DEFAULT_TIMEOUT_IN_SECONDS);
}

function jsonBody(value: unknown): HttpBody {
  return { type: 'text', contentType: 'application/json', text: JSON.stringify(value) };
}
