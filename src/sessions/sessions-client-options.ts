import type { Agent } from 'node:http';
import type { Abortable } from '../abort-listeners.js';
import { SessionsError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import type { AuthCallback } from '../auth/auth-callback.js';

/** How a `SessionsClient` is made. */
export interface SessionsClientOptions {
  /** The pool's management endpoint. @default ACA_POOL_MANAGEMENT_ENDPOINT, then AZURE_POOL_MANAGEMENT_ENDPOINT */
  poolManagementEndpoint?: string | undefined;
  /**
   * Domains that the endpoint may be in; hosts below them are too, and loopback always is.
   * @default the service's (dynamicsessions.io, acasessions.io, azurecontainerapps.io); any, with an `authCallback`
   */
  allowedDomains?: readonly string[] | undefined;
  /**
   * Where tokens come from. Clients that are given the same function share its tokens.
   * @default `DYNAMIC_SESSIONS_EMULATOR_TOKEN` for a loopback host; else DefaultAzureCredential, loaded on first use
   */
  authCallback?: AuthCallback | undefined;
  /**
   * The scope that tokens are asked for.
   * @default ACA_TOKEN_ENDPOINT, then https://dynamicsessions.io/.default, for a pool at acasessions.io that domain's
   */
  scope?: string | undefined;
  /** The version of the service's API. @default '2025-10-02-preview' */
  apiVersion?: string | undefined;
  /** The session, unless a call names another. Without either, calls reject with `invalid_options`. */
  identifier?: string | undefined;
  /** How often a request is sent again at most, where that cannot run code twice. @default 3 */
  retries?: number | undefined;
  /** How long a call waits for a full pool, in milliseconds, however many retries that takes. @default 0, only the retries */
  waitForCapacityMs?: number | undefined;
  /** How long a connection may take, in milliseconds. @default 10_000 */
  connectTimeoutMs?: number | undefined;
  /**
   * The limit of one attempt of everything but executions, in milliseconds; for files, of each pause between two pieces.
   * The deadline of an execution is its `timeoutInSeconds` plus 30 s. @default 60_000
   */
  requestTimeoutMs?: number | undefined;
  /** Connections open at once, all kept alive; further requests wait for one. @default 128 */
  maxSockets?: number | undefined;
  /**
   * Makes the connections: an `https.Agent` with certificates of your own, or one that knows your proxy. Proxies of the
   * environment are its matter then. @default one with keep-alive, and the proxies of the environment
   */
  agent?: Agent | undefined;
  /**
   * What becomes of the running code when an execution is aborted: the service offers no way to interrupt it but to delete
   * the session. The call rejects at once; the deletion follows behind it, unless the pool has certainly not started the
   * code. What this process sends to the session next waits for it. If it fails, a process warning says so
   * (`SessionsWarning`), and calls go on in the session as it is. @default 'leave-running'
   */
  onAbort?: 'leave-running' | 'delete-session' | undefined;
  /**
   * Send an execution again after a 503. A gateway may answer so after the code has run: it may then run twice. @default false
   */
  dangerouslyExecuteAgainOn503?: boolean | undefined;
}

/** The defaults of `SessionsClientOptions`, as far as they are fixed. */
export const SESSIONS_CLIENT_DEFAULTS = Object.freeze({
  apiVersion: '2025-10-02-preview',
  retries: 3,
  waitForCapacityMs: 0,
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  maxSockets: 128,
  onAbort: 'leave-running',
});

/** The names of `SessionsClientOptions`. */
export const CLIENT_OPTION_NAMES = Object.keys({
  poolManagementEndpoint: true,
  allowedDomains: true,
  authCallback: true,
  scope: true,
  apiVersion: true,
  identifier: true,
  retries: true,
  waitForCapacityMs: true,
  connectTimeoutMs: true,
  requestTimeoutMs: true,
  maxSockets: true,
  agent: true,
  onAbort: true,
  dangerouslyExecuteAgainOn503: true,
} satisfies Record<keyof SessionsClientOptions, true>);

/** @throws SessionsError `invalid_options` for what are no options, and for one that there is none of. */
export function checkOptionNames(owner: string, options: object, known: readonly string[]): void {
  const problem = optionsProblem(owner, options, known);
  if (problem !== undefined) throw new SessionsError('invalid_options', problem);
}

/** What every call takes. */
export interface CallOptions {
  /** The session. @default the client's */
  identifier?: string | undefined;
  /** Aborting rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** The options of a call within the library, where what aborts it need not be a signal. */
export type WithAbortable<Options extends CallOptions> = Omit<Options, 'signal'> & {
  readonly signal?: Abortable | undefined;
};

/** @throws SessionsError `invalid_options` for something that makes no connections. */
export function readAgent(agent: Agent | undefined): Agent | undefined {
  const given: unknown = agent;
  if (given === undefined) return undefined;
  if (typeof given === 'object' && given !== null && typeof Reflect.get(given, 'addRequest') === 'function')
    return agent;
  throw new SessionsError(
    'invalid_options',
    '`agent` is an agent of `node:https`, or of another library that makes one.',
  );
}

/** The longest time that a timer can be set to. */
const LONGEST_MS = 2_147_483_647;

/** @throws SessionsError `invalid_options` that names the option. */
export function readWholeNumber(value: unknown, name: string, lowest: number, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= lowest && value <= LONGEST_MS) return value;
  const most = typeof value === 'number' && value > LONGEST_MS ? `, and ${LONGEST_MS} at most` : '';
  throw new SessionsError('invalid_options', `\`${name}\` is a whole number, ${lowest} or more${most}.`);
}

/** @throws SessionsError `invalid_options` that names the option; the text 'false', for one, would count as true. */
export function readFlag(value: unknown, name: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new SessionsError('invalid_options', `\`${name}\` is true or false, not ${kindOf(value)}.`);
}
