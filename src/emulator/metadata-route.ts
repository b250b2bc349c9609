import type { Engine } from './engine.js';
import type { Route } from './route.js';
import type { SessionPool } from './session-pool.js';
import { wireTime } from './wire.js';

/** What the pool runs. */
export function metadataRoute(pool: SessionPool, { runtime, description, packages = [] }: Engine): Route {
  const created = wireTime(pool.createdAt);
  const body = {
    runtimes: [runtime],
    preInstalledPackages: packages,
    createdAt: created,
    lastUpdatedAt: created,
    jupyterKernel: { name: 'emulator', version: runtime.version, description },
  };
  return {
    operation: 'getPoolMetadata',
    method: 'GET',
    pattern: 'metadata',
    versions: ['2025-02-02-preview', '2025-10-02-preview'],
    handle: ({ wire }) => Promise.resolve({ type: 'json', status: 200, body: wire.common(body) }),
  };
}
