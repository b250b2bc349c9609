import type { PoolEndpoint } from './endpoint.js';

// Of the whole process: programs make a client, or a tool, for each of their requests.
const underWay = new Map<string, Promise<unknown>>();

/** The deletions of a session that follow behind aborted calls; undefined where there is none. It never rejects. */
export function deletionBehind(endpoint: PoolEndpoint, identifier: string): Promise<unknown> | undefined {
  return underWay.get(keyOf(endpoint, identifier));
}

/** Notes a deletion, which is not to reject, until it is done. */
export function noteDeletionBehind(endpoint: PoolEndpoint, identifier: string, deletion: Promise<void>): void {
  const key = keyOf(endpoint, identifier);
  const all = Promise.all([underWay.get(key), deletion]).then(() => {
    if (underWay.get(key) === all) underWay.delete(key);
  });
  underWay.set(key, all);
}

function keyOf({ origin, basePath }: PoolEndpoint, identifier: string): string {
  return `${origin}${basePath} ${identifier}`;
}
