import { invalidRequest } from './service-failure.js';

/** Two families of shapes: in the legacy one, requests and answers are wrapped in `properties`. */
export const LEGACY_VERSIONS = ['2024-02-02-preview', '2024-08-02-preview'] as const;
export const CURRENT_VERSIONS = ['2024-10-02-preview', '2025-02-02-preview', '2025-10-02-preview'] as const;
export const ALL_VERSIONS = [...LEGACY_VERSIONS, ...CURRENT_VERSIONS] as const;

/** The time of the routes below `python/`. That a request without a version counts as one of this is inferred. */
export const PRE_LEGACY_VERSION = '2023-08-01-preview';
/** The old routes were called with later versions, too. */
export const PYTHON_ROUTE_VERSIONS = [PRE_LEGACY_VERSION, ...LEGACY_VERSIONS] as const;

export type ApiVersion = typeof PRE_LEGACY_VERSION | (typeof ALL_VERSIONS)[number];

/** The version that a request asks for, if it is known. */
export function findApiVersion(value: string | null): ApiVersion | undefined {
  const asked = value ?? PRE_LEGACY_VERSION;
  return asked === PRE_LEGACY_VERSION ? asked : ALL_VERSIONS.find((known) => known === asked);
}

/** The answer to a version that is missing where one is needed, or unknown. */
export function unknownVersion(value: string | null): Error {
  const problem = value === null ? 'The query parameter api-version is missing' : 'This api-version is not supported';
  return invalidRequest(`${problem}; the supported ones are ${ALL_VERSIONS.join(', ')}.`);
}

/** Whether requests of that version are wrapped in `properties`. */
export function isLegacy(version: ApiVersion): boolean {
  return PYTHON_ROUTE_VERSIONS.some((legacy) => legacy === version);
}

/** Recorded answers of 2024 number every object with `$id`; those of 2025 do not. */
export function hasObjectIds(version: ApiVersion): boolean {
  return !version.startsWith('2025-');
}

/** The header `api-supported-versions`: recorded on the current family only, where it named that one version. */
export function supportedVersionsHeader(version: ApiVersion): string | undefined {
  const place = CURRENT_VERSIONS.findIndex((current) => current === version);
  return place < 0 ? undefined : CURRENT_VERSIONS.slice(0, place + 1).join(', ');
}
