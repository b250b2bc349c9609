import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AccessCheck, openAccess, ownTokenAccess } from './access-check.js';
import { createControlRoutes } from './control-routes.js';
import { createEmulatorClock, type EmulatorClock } from './emulator-clock.js';
import type { ResolvedOptions } from './emulator-options.js';
import { emulatorVersion } from './emulator-version.js';
import type { Engine } from './engine.js';
import { executionRoutes } from './execution-routes.js';
import { createFailureRules, type FailureRules } from './failure-rules.js';
import { fileRoutes } from './file-routes.js';
import { findHostEngine } from './host/find-engine.js';
import { createInterpreterSupply, type InterpreterSupply } from './interpreter-supply.js';
import { issuerAccess } from './issuer-access.js';
import { createKeptRequests, type KeptRequests } from './kept-requests.js';
import { managementRoutes } from './management-routes.js';
import { metadataRoute } from './metadata-route.js';
import { listen, type ListeningServer } from './listen.js';
import { createPoolHandler, type PoolHandler } from './pool-handler.js';
import { createProcessGuard, type ProcessGuard } from './process-guard.js';
import { PyodideEngine } from './pyodide-engine.js';
import { createRequestGate } from './request-gate.js';
import { createRequestJournal, type RequestJournal } from './request-journal.js';
import { ScriptedEngine } from './scripted-engine.js';
import { SESSION_LIMITS } from './session-limits.js';
import { SessionPool } from './session-pool.js';
import { sessionRoutes } from './session-routes.js';
import { createWorkspaces } from './workspaces.js';

const POOL_SEGMENTS = [
  'subscriptions',
  '00000000-0000-0000-0000-000000000000',
  'resourceGroups',
  'emulator',
  'sessionPools',
  'emulator',
];

/** What an emulator is made of, each part knowing only those it was given. */
export interface EmulatorParts {
  readonly engine: Engine;
  readonly dataDirectory: string;
  readonly clock: EmulatorClock;
  readonly supply: InterpreterSupply;
  readonly pool: SessionPool;
  readonly rules: FailureRules;
  readonly journal: RequestJournal;
  readonly endpoint: string;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the port listens. Leaves nothing behind if it fails. */
export async function assembleEmulator(options: ResolvedOptions, token: string): Promise<EmulatorParts> {
  const workspaces = createWorkspaces(options.dataDirectory);
  const guard = createProcessGuard(workspaces.temporary ? workspaces.root : undefined);
  try {
    const engine = await engineOf(options, guard);
    const clock = createEmulatorClock(options.now);
    const { memoryMb, maxSessions, cooldownMs, warm } = options;
    const limits = { ...SESSION_LIMITS, memoryMb };
    const supply = createInterpreterSupply({ engine, limits, workspaces, warm });
    const fullStatus = options.variants.fullPoolStatus ?? 429;
    const pool = new SessionPool({ supply, workspaces, clock, maxSessions, cooldownMs, fullStatus });
    const state = {
      rules: createFailureRules(),
      journal: createRequestJournal(options.onRequest),
      kept: createKeptRequests(),
      clock,
      engine,
      pool,
      supply,
    };
    const reset = async (): Promise<void> => {
      state.kept.refuse();
      await pool.reset();
      // What this has ended is answered first, so that the journal is empty after it.
      await nextTurn();
      state.rules.clear();
      state.journal.clear();
      clock.reset();
    };
    const address: { endpoint: string } = { endpoint: '' };
    const server = await listen(handlerFor({ options, token, address, reset, ...state }), options);
    address.endpoint = `http://${urlHost(options.host)}:${server.port}/${POOL_SEGMENTS.join('/')}`;
    const stop = (): Promise<void> => stopParts({ ...state, server, guard });
    return { ...state, dataDirectory: workspaces.root, endpoint: address.endpoint, reset, stop };
  } catch (error) {
    await guard.release();
    throw error;
  }
}

interface HandlerParts {
  readonly options: ResolvedOptions;
  readonly token: string;
  /** Known once the port is. */
  readonly address: { readonly endpoint: string };
  readonly rules: FailureRules;
  readonly journal: RequestJournal;
  readonly kept: KeptRequests;
  readonly clock: EmulatorClock;
  readonly engine: Engine;
  readonly pool: SessionPool;
  readonly supply: InterpreterSupply;
  readonly reset: () => Promise<void>;
}

function handlerFor(parts: HandlerParts): PoolHandler {
  const { options, token, address, rules, journal, kept, clock, engine, pool, supply, reset } = parts;
  const gate = createRequestGate({ token, host: options.host, access: accessFor(options, token, clock) });
  const state = (): { ready: boolean; sessions: object[] } => ({
    ready: supply.isWarm(),
    sessions: pool.list().map((session) => ({ state: session.state, ...session.interpreterStats() })),
  });
  const { timeoutInSeconds, poolKind, versionCheck, variants, latencyMs } = options;
  const endpoint = (): string => address.endpoint;
  return createPoolHandler({
    gate,
    routes: [
      ...executionRoutes({ pool, timeoutInSeconds, poolKind, endpoint }),
      ...fileRoutes(pool),
      ...sessionRoutes(pool, endpoint),
      ...managementRoutes(pool, endpoint),
      metadataRoute(pool, engine),
    ],
    control: createControlRoutes({ gate, state, requests: () => journal.entries, reset }),
    rules,
    journal,
    poolSegments: POOL_SEGMENTS,
    emulatorVersion: emulatorVersion(),
    now: clock.now,
    versionCheck,
    variants,
    latencyMs,
    kept,
  });
}

function accessFor({ access }: ResolvedOptions, token: string, clock: EmulatorClock): AccessCheck {
  switch (access.type) {
    case 'token':
      return ownTokenAccess(token);
    case 'anyone':
      return openAccess();
    case 'issuer':
      return issuerAccess({ ...access, now: clock.now });
    default:
      return access satisfies never;
  }
}

interface RunningParts {
  readonly server: ListeningServer;
  readonly kept: KeptRequests;
  readonly supply: InterpreterSupply;
  readonly pool: SessionPool;
  readonly engine: Engine;
  readonly guard: ProcessGuard;
}

async function stopParts({ server, kept, supply, pool, engine, guard }: RunningParts): Promise<void> {
  kept.refuse();
  const noMore = supply.close();
  await Promise.all([server.close(), engine.close(), pool.close(), noMore]);
  await guard.release();
}

function engineOf({ engine, packages }: ResolvedOptions, guard: ProcessGuard): Engine | Promise<Engine> {
  if (engine.type === 'scripted') return new ScriptedEngine(engine.script);
  return engine.type === 'pyodide' ? new PyodideEngine(guard, { packages }) : findHostEngine(engine, guard);
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
