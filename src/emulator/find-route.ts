import { type ApiVersion, findApiVersion, unknownVersion } from './api-versions.js';
import type { Route } from './route.js';
import { invalidRequest, ServiceFailure } from './service-failure.js';

export interface FoundRoute {
  readonly route: Route;
  readonly parts: ReadonlyMap<string, string>;
}

/** `loose`: an api-version that is missing or unknown counts as the newest that has the operation. */
export type VersionCheck = 'strict' | 'loose';

/** All routes of that method and path, whatever their versions. */
export function findRoutes(routes: readonly Route[], method: string, segments: readonly string[]): FoundRoute[] {
  return routes.flatMap((route) => {
    const parts = route.method === method ? match(route.pattern.split('/'), segments) : undefined;
    return parts ? [{ route, parts }] : [];
  });
}

/** The one of the version that is asked for; the failure says whether another version has it. */
export function selectRoute(
  found: readonly FoundRoute[],
  asked: string | null,
  check: VersionCheck,
): FoundRoute & { readonly version: ApiVersion } {
  const version = findApiVersion(asked);
  const selected = version && found.find(({ route }) => route.versions.includes(version));
  if (selected) return { ...selected, version };
  const others = [...new Set(found.flatMap(({ route }) => route.versions))];
  const isNamed = asked !== null && version !== undefined;
  if (check === 'loose' && !isNamed) return newest(found, others);
  if (version === undefined) throw unknownVersion(asked);
  if (others.length === 0) throw noSuchOperation();
  if (asked === null) throw unknownVersion(asked);
  throw new ServiceFailure(
    400,
    'SessionRequestNotSupported',
    `This operation is not part of ${version}, but of ${others.join(', ')}.`,
  );
}

function newest(
  found: readonly FoundRoute[],
  versions: readonly ApiVersion[],
): FoundRoute & { readonly version: ApiVersion } {
  const version = [...versions].sort().at(-1);
  const selected = version && found.find(({ route }) => route.versions.includes(version));
  if (!selected) throw noSuchOperation();
  return { ...selected, version };
}

function noSuchOperation(): ServiceFailure {
  return invalidRequest('The pool has no such operation: check the method and the path.');
}

function match(pattern: readonly string[], segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parts = new Map<string, string>();
  for (const [place, expected] of pattern.entries()) {
    const actual = segments[place] ?? '';
    if (expected.startsWith(':')) parts.set(expected.slice(1), actual);
    else if (expected !== actual) return undefined;
  }
  return parts;
}
