import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.js';
import type { ApiVersion } from './api-versions.js';
import type { VersionWire } from './wire-versions.js';

/** What `failNext` calls the operations; the session client's methods have the same names. */
export const OPERATIONS = [
  'execute',
  'getExecution',
  'listFiles',
  'uploadFile',
  'getFile',
  'downloadFile',
  'deleteFile',
  'getSession',
  'deleteSession',
  'listSessions',
  'stopSession',
  'getPoolMetadata',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** A request that found its route. */
export interface PoolRequest {
  readonly message: IncomingMessage;
  readonly query: URLSearchParams;
  readonly version: ApiVersion;
  /** Gives answers the shape of this version. */
  readonly wire: VersionWire;
  /** The decoded parts of the path that the pattern names. */
  readonly parts: ReadonlyMap<string, string>;
}

export interface Route {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the pool: literal parts and `:named` ones. */
  readonly pattern: string;
  readonly versions: readonly ApiVersion[];
  readonly handle: (request: PoolRequest) => Promise<Answer>;
}

/** The named part, which the pattern guarantees. */
export function part(request: PoolRequest, name: string): string {
  return request.parts.get(name) ?? '';
}
