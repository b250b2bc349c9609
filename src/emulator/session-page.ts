import { invalidRequest } from './service-failure.js';
import type { Session } from './session.js';
import type { SessionPool } from './session-pool.js';

const PAGE_SIZE = 300;

/** A part of the pool's sessions, and where the next part begins if there is one. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly nextSkip?: number;
}

/** Reads `skip` of the query. */
export function readPage(pool: SessionPool, query: URLSearchParams): SessionPage {
  const text = query.get('skip') ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw invalidRequest('The query parameter skip must be a whole number.');
  const sessions = pool.list();
  const end = Number(text) + PAGE_SIZE;
  return { sessions: sessions.slice(Number(text), end), ...(sessions.length > end && { nextSkip: end }) };
}

/** The address of the next part. */
export function nextPageLink(address: string, version: string, nextSkip: number): string {
  return `${address}?${new URLSearchParams({ 'api-version': version, skip: String(nextSkip) })}`;
}
