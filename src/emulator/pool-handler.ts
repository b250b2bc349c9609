import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, failureAnswer, mergeHeaders, sendAnswer, statusOf } from './answer.js';
import { supportedVersionsHeader } from './api-versions.js';
import type { ControlRoutes } from './control-routes.js';
import { InterpreterStartError } from './engine.js';
import type { FailureRule, FailureRules } from './failure-rules.js';
import { findRoutes, selectRoute, type VersionCheck } from './find-route.js';
import type { KeptRequests } from './kept-requests.js';
import type { RequestGate } from './request-gate.js';
import type { RequestJournal } from './request-journal.js';
import { readTarget, type RequestTarget, splitTarget } from './request-target.js';
import type { Operation, Route } from './route.js';
import { ServiceFailure } from './service-failure.js';
import type { AnswerVariants } from './wire.js';
import { wireOf } from './wire-versions.js';

const CONTROL = '_emulator';
const BROKEN = 0;

export interface PoolHandlerOptions {
  readonly gate: RequestGate;
  readonly routes: readonly Route[];
  readonly control: ControlRoutes;
  readonly rules: FailureRules;
  readonly journal: RequestJournal;
  readonly poolSegments: readonly string[];
  readonly emulatorVersion: string;
  readonly versionCheck: VersionCheck;
  readonly variants: AnswerVariants;
  /** How long every answer of the pool is kept back. */
  readonly latencyMs: number;
  readonly kept: KeptRequests;
  readonly now: () => number;
}

/** Answers every request to the emulator's port. It never throws. */
export type PoolHandler = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Reply {
  /** Absent: the connection is to be broken. */
  readonly answer?: Answer;
  readonly rule?: FailureRule | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the journal is told besides the status. */
interface Trace {
  readonly at: Date;
  readonly beganAt: number;
  operation?: Operation | undefined;
}

export function createPoolHandler(options: PoolHandlerOptions): PoolHandler {
  const own = { 'x-emulator': options.emulatorVersion };
  return async (message, response) => {
    const trace: Trace = { at: new Date(options.now()), beganAt: performance.now() };
    const { answer, rule, headers } = await replyTo(message, options, trace).catch((error: unknown) => ({
      answer: failureAnswer(asFailure(error)),
      rule: undefined,
      headers: {},
    }));
    record(message, options, { ...trace, status: answer ? statusOf(answer) : BROKEN });
    if (!answer) {
      message.socket.destroy();
      return;
    }
    const truncateAt = rule?.truncateAt;
    await sendAnswer(response, answer, {
      headers: mergeHeaders({ 'mise-correlation-id': randomUUID(), ...own }, headers, rule?.headers),
      ...(truncateAt !== undefined && { truncateAt }),
    });
    // A body that nobody read would block the connection for the next request.
    message.resume();
  };
}

async function replyTo(message: IncomingMessage, options: PoolHandlerOptions, trace: Trace): Promise<Reply> {
  options.gate.checkOrigin(message);
  const target = readTarget(message.url ?? '/');
  const [first, second = ''] = target.segments;
  if (first === CONTROL && target.segments.length === 2) return { answer: await options.control(message, second) };
  await options.gate.checkAccess(message);
  const found = findRoutes(options.routes, message.method ?? '', belowPool(target, options.poolSegments));
  const operation = found[0]?.route.operation;
  trace.operation = operation;
  const rule = options.rules.take(operation);
  const latencyMs = rule?.latencyMs ?? options.latencyMs;
  if (latencyMs > 0) await options.kept.keep(latencyMs);
  if (rule?.reset === 'before') return {};
  if (rule?.status !== undefined) return { answer: answerOf(rule, rule.status), rule };
  const { query } = target;
  const { route, parts, version } = selectRoute(found, query.get('api-version'), options.versionCheck);
  const supported = supportedVersionsHeader(version);
  const answer = await route
    .handle({ message, query, version, parts, wire: wireOf(version, options.variants) })
    .catch((error: unknown) => failureAnswer(asFailure(error)));
  if (rule?.reset === 'after') {
    if (answer.type === 'file') await answer.handle.close();
    return {};
  }
  return { answer, rule, headers: supported === undefined ? {} : { 'api-supported-versions': supported } };
}

function belowPool({ segments }: RequestTarget, poolSegments: readonly string[]): readonly string[] {
  if (poolSegments.every((segment, place) => segments[place]?.toLowerCase() === segment.toLowerCase())) {
    return segments.slice(poolSegments.length);
  }
  throw new ServiceFailure(404, 'SessionPoolNotFound', 'The path does not begin with the pool management endpoint.');
}

function answerOf({ body }: FailureRule, status: number): Answer {
  if (typeof body === 'string') return { type: 'text', status, body };
  const envelope = { error: { code: 'EmulatedFailure', message: 'A failNext rule asked for this answer.' } };
  return { type: 'json', status, body: body === undefined ? envelope : body };
}

function asFailure(error: unknown): ServiceFailure {
  if (error instanceof ServiceFailure) return error;
  if (error instanceof InterpreterStartError) return new ServiceFailure(500, 'InternalServerError', error.message);
  // Its message could hold a path or a part of the request.
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new ServiceFailure(500, 'InternalServerError', `The emulator failed on this request (${code}).`);
}

function record(
  message: IncomingMessage,
  { journal }: PoolHandlerOptions,
  { at, beganAt, operation, status }: Trace & { readonly status: number },
): void {
  const { path, search } = splitTarget(message.url ?? '');
  if (path.startsWith(`/${CONTROL}/`)) return;
  const identifier = new URLSearchParams(search).get('identifier');
  journal.add({
    method: message.method ?? '',
    path,
    status,
    at,
    durationMs: Math.round(performance.now() - beganAt),
    ...(operation && { operation }),
    ...(identifier !== null && { identifier }),
  });
}
