import { SessionsError } from '../errors.js';
import type { AuthCallback } from '../auth/auth-callback.js';
import { azureIdentityAuth, loopbackIdentityAuth } from '../auth/azure-identity.js';
import { staticAuth } from '../auth/static.js';
import { sharedTokenCache } from '../auth/token-cache.js';
import { type Clock, systemClock } from '../http/clock.js';
import type { HttpClient } from '../http/http-client.js';
import type { Address, HttpRequest } from '../http/http-request.js';
import { createLazyHttpClient } from '../http/lazy-http-client.js';
import { createReach, type Reach, type ReachNotes } from '../http/reach.js';
import { checkDomain } from './allowed-domains.js';
import { checkApiVersion, isLegacyVersion } from './api-version.js';
import { deletionBehind } from './deletions-behind.js';
import { operationUrl, type PoolEndpoint, type Query, readEndpoint } from './endpoint.js';
import { checkIdentifier } from './identifier.js';
import {
  readAgent,
  readFlag,
  readWholeNumber,
  SESSIONS_CLIENT_DEFAULTS as DEFAULTS,
  type CallOptions,
  type SessionsClientOptions,
} from './sessions-client-options.js';
import { settingsFromEnv, type EnvironmentSettings } from './settings-from-env.js';
import { currentWire } from './wire-current.js';
import { legacyWire } from './wire-legacy.js';
import type { Wire } from './wire.js';

/** One pool as the operations see it. */
export interface PoolConnection {
  readonly endpoint: PoolEndpoint;
  readonly http: HttpClient;
  readonly wire: Wire;
  readonly apiVersion: string;
  readonly clock: Clock;
  readonly identifier: string | undefined;
  /** Of the requests for the client's own session. */
  readonly reach: Reach;
  readonly retries: number;
  readonly requestTimeoutMs: number;
  readonly onAbort: 'leave-running' | 'delete-session';
  /** Are told of every session that is about to be deleted. */
  readonly deletionListeners: Set<(identifier: string) => void>;
}

/** A request of the pool, before it has an address. */
export interface PoolRequest extends Pick<
  HttpRequest,
  'operation' | 'method' | 'replay' | 'asksForCode' | 'body' | 'signal'
> {
  readonly segments: readonly string[];
  readonly query?: Query;
  /** The session, already checked; undefined for the operations of the pool itself. */
  readonly identifier: string | undefined;
  /** @default the connection's requestTimeoutMs */
  readonly timeoutMs?: number;
  /** Texts that no error may quote a part of. */
  readonly userTexts?: readonly string[] | undefined;
  /** Is told how far it gets. @default the connection's, for its own session */
  readonly reach?: ReachNotes | undefined;
  /** Whether it is itself a deletion that follows behind a call, and waits for no other. @default false */
  readonly isBehind?: boolean;
}

/** @throws SessionsError `invalid_options` for anything wrong with the options. */
export function connectToPool(options: SessionsClientOptions, clock: Clock = systemClock): PoolConnection {
  const environment = settingsFromEnv();
  // Only what is left out has a default: `null` in place of a callback must not show the identity of this machine instead.
  const {
    poolManagementEndpoint = environment.poolManagementEndpoint,
    scope = environment.scope,
    apiVersion = DEFAULTS.apiVersion,
  } = options;
  const endpoint = readEndpoint(poolManagementEndpoint);
  checkDomain(endpoint, options);
  const { authCallback = defaultAuth(endpoint, environment) } = options;
  const version = checkApiVersion(apiVersion);
  const retries = readWholeNumber(options.retries, 'retries', 0, DEFAULTS.retries);
  const http = createLazyHttpClient({
    origin: endpoint.origin,
    tokens: sharedTokenCache(authCallback),
    scope: readScope(scope === undefined ? endpoint.defaultScope : scope),
    retries,
    waitForCapacityMs: readWholeNumber(options.waitForCapacityMs, 'waitForCapacityMs', 0, DEFAULTS.waitForCapacityMs),
    connectTimeoutMs: readWholeNumber(options.connectTimeoutMs, 'connectTimeoutMs', 1, DEFAULTS.connectTimeoutMs),
    maxSockets: readWholeNumber(options.maxSockets, 'maxSockets', 1, DEFAULTS.maxSockets),
    agent: readAgent(options.agent),
    executeAgainOn503: readFlag(options.dangerouslyExecuteAgainOn503, 'dangerouslyExecuteAgainOn503'),
    clock,
  });
  return {
    endpoint,
    http,
    wire: isLegacyVersion(version) ? legacyWire : currentWire(version),
    apiVersion: version,
    clock,
    identifier: options.identifier === undefined ? undefined : checkIdentifier(options.identifier),
    reach: createReach(),
    retries,
    requestTimeoutMs: readWholeNumber(options.requestTimeoutMs, 'requestTimeoutMs', 1, DEFAULTS.requestTimeoutMs),
    onAbort: readOnAbort(options.onAbort),
    deletionListeners: new Set(),
  };
}

/** The same pool for a client of another session: it shares the requests' connections, their limit and their tokens. */
export function connectionFor(connection: PoolConnection, identifier: string): PoolConnection {
  return { ...connection, identifier: checkIdentifier(identifier), reach: createReach(), deletionListeners: new Set() };
}

/** The session of a call. @throws SessionsError `invalid_options` when neither the call nor the client names one. */
export function sessionOf(connection: PoolConnection, options: Pick<CallOptions, 'identifier'>): string {
  // `null` is somebody's missing session, and must not become that of all.
  const { identifier = connection.identifier } = options;
  return checkIdentifier(identifier);
}

/** Gives a request its address and its limits. */
export function addressed(connection: PoolConnection, request: PoolRequest): HttpRequest {
  const standard = standardQuery(connection, request.identifier);
  const query = request.query === undefined ? standard : { ...request.query, ...standard };
  return addressedTo(connection, operationUrl(connection.endpoint, request.segments, query), request);
}

/** As `addressed`, for an address that the service gave. */
export function addressedTo(
  connection: PoolConnection,
  url: Address,
  request: Omit<PoolRequest, 'segments'>,
): HttpRequest {
  const { operation, method, replay, asksForCode, body, signal, identifier, userTexts, isBehind = false } = request;
  return {
    operation,
    method,
    url,
    replay,
    asksForCode,
    body,
    signal,
    reach: request.reach ?? reachOf(connection, identifier),
    holdUp: identifier === undefined || isBehind ? undefined : () => deletionBehind(connection.endpoint, identifier),
    timeoutMs: request.timeoutMs ?? connection.requestTimeoutMs,
    secrets: identifier === undefined ? [] : [identifier],
    userTexts,
  };
}

/** What is told of the requests for a session. */
export function reachOf(connection: PoolConnection, identifier: string | undefined): Reach | undefined {
  return identifier !== undefined && identifier === connection.identifier ? connection.reach : undefined;
}

/** The parameters that every request carries. */
export function standardQuery({ apiVersion }: PoolConnection, identifier: string | undefined): Query {
  return { 'api-version': apiVersion, identifier };
}

/** One for all clients that are given no callback: they share one credential and its tokens. */
let sharedDefaultAuth: AuthCallback | undefined;
let sharedLoopbackAuth: AuthCallback | undefined;

/** What tokens come from where no callback is given. */
export function defaultAuth(endpoint: PoolEndpoint, { emulatorToken }: EnvironmentSettings): AuthCallback {
  if (!endpoint.isLoopback) return (sharedDefaultAuth ??= azureIdentityAuth());
  return emulatorToken === undefined ? (sharedLoopbackAuth ??= loopbackIdentityAuth()) : staticAuth(emulatorToken);
}

/** An audience alone, without `/.default`, is refused by Entra ID with a message that few understand. */
export function readScope(scope: unknown): string {
  if (typeof scope !== 'string' || scope.trim() === '') {
    throw new SessionsError('invalid_options', '`scope` is a text, such as https://dynamicsessions.io/.default.');
  }
  return scope.trim().replace(/^(https:\/\/[^/]+)\/?$/, '$1/.default');
}

function readOnAbort(value: unknown): PoolConnection['onAbort'] {
  if (value === undefined) return 'leave-running';
  if (value === 'leave-running' || value === 'delete-session') return value;
  throw new SessionsError('invalid_options', "`onAbort` is 'leave-running' or 'delete-session'.");
}
