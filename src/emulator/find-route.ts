import type { ApiVersion } from './api-versions.js';
import type { Route } from './route.js';
import { invalidRequest, ServiceFailure } from './service-failure.js';

export interface FoundRoute {
  readonly route: Route;
  readonly parts: ReadonlyMap<string, string>;
}

/** All routes of that method and path, whatever their versions. */
export function findRoutes(routes: readonly Route[], method: string, segments: readonly string[]): FoundRoute[] {
  return routes.flatMap((route) => {
    const parts = route.method === method ? match(route.pattern.split('/'), segments) : undefined;
    return parts ? [{ route, parts }] : [];
  });
}

/** The one of that version; the failure says whether another version has it. */
export function selectRoute(found: readonly FoundRoute[], version: ApiVersion): FoundRoute {
  const selected = found.find(({ route }) => route.versions.includes(version));
  if (selected) return selected;
  const others = [...new Set(found.flatMap(({ route }) => route.versions))];
  if (others.length === 0) throw invalidRequest('The pool has no such operation: check the method and the path.');
  throw new ServiceFailure(
    400,
    'SessionRequestNotSupported',
    `This operation is not part of ${version}, but of ${others.join(', ')}.`,
  );
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
