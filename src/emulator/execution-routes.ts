import { randomUUID } from 'node:crypto';
import type { Answer, AnswerHeaders } from './answer.js';
import { type ApiVersion, CURRENT_VERSIONS, LEGACY_VERSIONS, PYTHON_ROUTE_VERSIONS } from './api-versions.js';
import type { PoolKind } from './pool-kind.js';
import type { Execution } from './execution.js';
import { createExecutionBook, type ExecutionBook } from './execution-book.js';
import { readExecutionRequest } from './execution-request.js';
import { readJsonObject } from './json-body.js';
import { isRecord } from '../is-record.js';
import { part, type PoolRequest, type Route } from './route.js';
import { ServiceFailure } from './service-failure.js';
import type { Session } from './session.js';
import { readIdentifier } from './session-identifier.js';
import { SESSION_LIMITS } from './session-limits.js';
import type { SessionPool } from './session-pool.js';

const OPERATION_ID = /^[A-Za-z0-9-]{1,64}$/;

export interface ExecutionRouteOptions {
  readonly pool: SessionPool;
  readonly timeoutInSeconds: number;
  readonly poolKind: PoolKind;
  /** The pool's address, for `Operation-Location`. */
  readonly endpoint: () => string;
}

/** Execute in all families, and what became of an execution in the current one. */
export function executionRoutes(options: ExecutionRouteOptions): Route[] {
  const book = createExecutionBook();
  const execute =
    (readBody: BodyReader): Route['handle'] =>
    (request) =>
      answerExecute(request, { ...options, book, readBody });
  const get = async (request: PoolRequest): Promise<Answer> => {
    const session = options.pool.find(readIdentifier(request.query.get('identifier')));
    const execution = session && book.get(session, part(request, 'id'));
    if (!execution) throw new ServiceFailure(404, 'ExecutionNotFound', 'The session has no execution of this id.');
    return { type: 'json', status: 200, body: request.wire.execution(execution) };
  };
  const run = { operation: 'execute', method: 'POST', handle: execute(readJsonBody) } as const;
  return [
    { ...run, pattern: 'code/execute', versions: LEGACY_VERSIONS },
    { ...run, pattern: 'executions', versions: CURRENT_VERSIONS },
    {
      ...run,
      pattern: 'python/execute',
      versions: PYTHON_ROUTE_VERSIONS,
      handle: (request) => execute(readPreLegacyBody)({ ...request, wire: request.wire.preLegacy() }),
    },
    { operation: 'getExecution', method: 'GET', pattern: 'executions/:id', versions: CURRENT_VERSIONS, handle: get },
  ];
}

type BodyReader = (request: PoolRequest) => Promise<{ identifier: string; body: Readonly<Record<string, unknown>> }>;

async function readJsonBody({ query, message }: PoolRequest): ReturnType<BodyReader> {
  const identifier = readIdentifier(query.get('identifier'));
  return { identifier, body: await readJsonObject(message, SESSION_LIMITS.maxJsonBytes) };
}

// There the code was called `pythonCode`, and clients repeat the identifier in the body; the oldest send it only there.
async function readPreLegacyBody({ query, message }: PoolRequest): ReturnType<BodyReader> {
  const body = await readJsonObject(message, SESSION_LIMITS.maxJsonBytes);
  const properties = isRecord(body['properties']) ? body['properties'] : {};
  const { pythonCode, identifier, ...others } = properties;
  const named = query.get('identifier') ?? (typeof identifier === 'string' ? identifier : null);
  return { identifier: readIdentifier(named), body: { properties: { code: pythonCode, ...others } } };
}

async function answerExecute(
  request: PoolRequest,
  { pool, timeoutInSeconds, poolKind, endpoint, book, readBody }: ExecutionRouteOptions & ExecuteParts,
): Promise<Answer> {
  const { version, wire } = request;
  const arrivedAt = performance.now();
  const { identifier, body } = await readBody(request);
  const wanted = readExecutionRequest(body, version, timeoutInSeconds, poolKind);
  const preparedAt = performance.now();
  const session = pool.open(identifier);
  const { execution, done } = book.start(session, wanted, operationId(request));
  const status = statusFor(version);
  if (!wanted.asynchronous) {
    const finished = await done;
    const headers = timingHeaders(session, finished, { arrivedAt, preparedAt });
    return { type: 'json', status, body: wire.execution(finished), headers };
  }
  // Whoever polls is told; nobody waits for it here.
  done.catch(() => undefined);
  const target = new URLSearchParams({ 'api-version': version, identifier });
  const headers = {
    'operation-location': `${endpoint()}/executions/${execution.id}?${target.toString()}`,
    'operation-id': execution.id,
  };
  return { type: 'json', status, body: wire.execution(execution), headers };
}

interface ExecuteParts {
  readonly book: ExecutionBook;
  readonly readBody: BodyReader;
}

// Recorded: 202 on 2024-10-02-preview although the run is over, 200 before it; measured: 200 on 2025-10-02-preview. That
// 2025-02-02-preview answers as its predecessor is a guess.
function statusFor(version: ApiVersion): number {
  return version === '2024-10-02-preview' || version === '2025-02-02-preview' ? 202 : 200;
}

function operationId({ message }: PoolRequest): string {
  const wanted = message.headers['operation-id'];
  return typeof wanted === 'string' && OPERATION_ID.test(wanted) ? wanted : randomUUID();
}

interface Times {
  readonly arrivedAt: number;
  readonly preparedAt: number;
}

function timingHeaders(session: Session, execution: Execution, { arrivedAt, preparedAt }: Times): AnswerHeaders {
  const total = performance.now() - arrivedAt;
  const ms = execution.outcome?.ms ?? 0;
  return {
    'x-ms-allocation-retries': '0',
    'x-ms-allocation-time': execution.allocationMs.toFixed(4),
    'x-ms-container-execution-duration': String(ms),
    'x-ms-execution-read-response-time': '0.0000',
    'x-ms-execution-request-time': String(ms),
    'x-ms-overall-execution-time': total.toFixed(4),
    'x-ms-preparation-time': (preparedAt - arrivedAt).toFixed(4),
    'x-ms-session-guid': session.guid,
    'x-ms-total-execution-service-time': total.toFixed(4),
  };
}
