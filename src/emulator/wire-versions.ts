import { type ApiVersion, hasObjectIds, isLegacy } from './api-versions.js';
import type { Execution } from './execution.js';
import type { StoredFile } from './session-files.js';
import type { AnswerVariants, Wire } from './wire.js';
import { currentWire } from './wire-current.js';
import { legacyWire } from './wire-legacy.js';
import { preLegacyWire } from './wire-pre-legacy.js';

/** The bodies of answers as one version writes them. */
export interface VersionWire {
  execution(execution: Execution): unknown;
  file(file: StoredFile): unknown;
  list(files: readonly StoredFile[]): unknown;
  uploaded(file: StoredFile): unknown;
  /** A body that has one shape in all versions. */
  common(body: object): unknown;
  /** The same version in the shapes of the routes below `python/`. */
  readonly preLegacy: () => VersionWire;
}

export function wireOf(version: ApiVersion, variants: AnswerVariants): VersionWire {
  return bind(isLegacy(version) ? legacyWire : currentWire, version, variants);
}

function bind(wire: Wire, version: ApiVersion, variants: AnswerVariants): VersionWire {
  const style = { version, variants };
  const isNumbered = variants.objectIds ?? hasObjectIds(version);
  const common = (body: object): unknown => (isNumbered ? numbered(body) : body);
  return {
    execution: (execution) => common(wire.execution(execution, style)),
    file: (file) => common(wire.file(file, style)),
    list: (files) => common(wire.list(files, style)),
    uploaded: (file) => common(wire.uploaded(file, style)),
    common,
    preLegacy: () => bind(preLegacyWire, version, variants),
  };
}

// With a running number in every object.
function numbered(body: object): unknown {
  let last = 0;
  const number = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(number);
    if (typeof value !== 'object' || value === null) return value;
    const $id = String(++last);
    return { $id, ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, number(inner)])) };
  };
  return number(body);
}
