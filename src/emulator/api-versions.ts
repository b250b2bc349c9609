import { invalidRequest } from './service-failure.js';

/** Two families of shapes: in the legacy one, requests and answers are wrapped in `properties`. */
export const LEGACY_VERSIONS = ['2024-02-02-preview', '2024-08-02-preview'] as const;
export const CURRENT_VERSIONS = ['2024-10-02-preview', '2025-02-02-preview', '2025-10-02-preview'] as const;
export const ALL_VERSIONS = [...LEGACY_VERSIONS, ...CURRENT_VERSIONS] as const;

export type ApiVersion = (typeof ALL_VERSIONS)[number];

export function readApiVersion(value: string | null): ApiVersion {
  const version = ALL_VERSIONS.find((known) => known === value);
  if (version) return version;
  const problem = value === null ? 'The query parameter api-version is missing' : 'This api-version is not supported';
  throw invalidRequest(`${problem}; the supported ones are ${ALL_VERSIONS.join(', ')}.`);
}

export function isLegacy(version: ApiVersion): boolean {
  return LEGACY_VERSIONS.some((legacy) => legacy === version);
}

/** Recorded answers of 2024 number every object with `$id`; those of 2025 do not. */
export function hasObjectIds(version: ApiVersion): boolean {
  return version.startsWith('2024-');
}

/** The header `api-supported-versions`: recorded on the current family only, where it named that one version. */
export function supportedVersionsHeader(version: ApiVersion): string | undefined {
  const place = CURRENT_VERSIONS.findIndex((current) => current === version);
  return place < 0 ? undefined : CURRENT_VERSIONS.slice(0, place + 1).join(', ');
}
