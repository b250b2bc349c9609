// What models put before a name on their own.
const INVENTED_PREFIX = /^(?:functions\.|tools\.|default_api:)/;

/**
 * Finds what a model means by a name: what has exactly this name, else the only one that its spelling fits. A name is
 * never taken apart: it may hold a separator itself.
 *
 * @param plainName the name that one may be called by if no other has it too
 */
export function resolveName<T extends object>(
  name: string,
  byName: ReadonlyMap<string, T>,
  plainName: (each: T) => string,
): T | undefined {
  return byName.get(name) ?? guess(name, byName, plainName);
}

function guess<T extends object>(
  name: string,
  byName: ReadonlyMap<string, T>,
  plainName: (each: T) => string,
): T | undefined {
  const stripped = name.replace(INVENTED_PREFIX, '');
  const exact = byName.get(stripped);
  if (exact !== undefined) return exact;
  const all = [...byName];
  // As it is first: a plugin may be called `tools`.
  for (const letters of [lettersOf(name), lettersOf(stripped)]) {
    const similar = all.filter(([key]) => lettersOf(key) === letters).map(([, each]) => each);
    if (similar.length > 0) return onlyOne(similar);
  }
  return onlyOne([...byName.values()].filter((each) => plainName(each) === stripped));
}

function onlyOne<T>(values: readonly T[]): T | undefined {
  const [one, ...others] = new Set(values);
  return others.length === 0 ? one : undefined;
}

function lettersOf(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
