import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, failureAnswer, sendAnswer, statusOf } from './answer.js';
import { readApiVersion, supportedVersionsHeader } from './api-versions.js';
import type { ControlRoutes } from './control-routes.js';
import { InterpreterStartError } from './engine.js';
import type { FailureRule, FailureRules } from './failure-rules.js';
import { findRoutes, selectRoute } from './find-route.js';
import type { RequestGate } from './request-gate.js';
import type { RequestJournal } from './request-journal.js';
import { readTarget, type RequestTarget } from './request-target.js';
import type { Route } from './route.js';
import { ServiceFailure } from './service-failure.js';

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

export function createPoolHandler(options: PoolHandlerOptions): PoolHandler {
  const own = { 'x-emulator': options.emulatorVersion };
  return async (message, response) => {
    const at = new Date(options.now());
    const { answer, rule, headers } = await replyTo(message, options).catch((error: unknown) => ({
      answer: failureAnswer(asFailure(error)),
      rule: undefined,
      headers: {},
    }));
    record(message, options, { at, status: answer ? statusOf(answer) : BROKEN });
    if (!answer) {
      message.socket.destroy();
      return;
    }
    const truncateAt = rule?.truncateAt;
    await sendAnswer(response, answer, {
      headers: { 'mise-correlation-id': randomUUID(), ...own, ...headers, ...rule?.headers },
      ...(truncateAt !== undefined && { truncateAt }),
    });
    // A body that nobody read would block the connection for the next request.
    message.resume();
  };
}

async function replyTo(message: IncomingMessage, options: PoolHandlerOptions): Promise<Reply> {
  options.gate.checkOrigin(message);
  const target = readTarget(message.url ?? '/');
  const [first, second = ''] = target.segments;
  if (first === CONTROL && target.segments.length === 2) return { answer: await options.control(message, second) };
  options.gate.checkToken(message);
  const found = findRoutes(options.routes, message.method ?? '', belowPool(target, options.poolSegments));
  const rule = options.rules.take(found[0]?.route.operation);
  if (rule?.latencyMs !== undefined) await delay(rule.latencyMs);
  if (rule?.reset === 'before') return {};
  if (rule?.status !== undefined) return { answer: answerOf(rule, rule.status), rule };
  const version = readApiVersion(target.query.get('api-version'));
  const supported = supportedVersionsHeader(version);
  const { route, parts } = selectRoute(found, version);
  const answer = await route
    .handle({ message, query: target.query, version, parts })
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
  { at, status }: { readonly at: Date; readonly status: number },
): void {
  const [path = '', search = ''] = (message.url ?? '').split('?', 2);
  if (path.startsWith(`/${CONTROL}/`)) return;
  const identifier = new URLSearchParams(search).get('identifier');
  journal.add({ method: message.method ?? '', path, status, at, ...(identifier !== null && { identifier }) });
}
