import { type ApiVersion, hasObjectIds, isLegacy } from './api-versions.js';
import type { Wire } from './wire.js';
import { currentWire } from './wire-current.js';
import { legacyWire } from './wire-legacy.js';

export function wireOf(version: ApiVersion): Wire {
  return isLegacy(version) ? legacyWire : currentWire;
}

/** The body as this version writes it: with a running number in every object, or without. */
export function versioned(body: object, version: ApiVersion): unknown {
  let last = 0;
  const number = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(number);
    if (typeof value !== 'object' || value === null) return value;
    const $id = String(++last);
    return { $id, ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, number(inner)])) };
  };
  return hasObjectIds(version) ? number(body) : body;
}
