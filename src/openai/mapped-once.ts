/**
 * A mapping that maps an object once if it is frozen, and freezes what comes out; anything else is mapped each time.
 *
 * @param map makes plain data
 */
export function mappedOnce<From extends object, To extends object>(map: (from: From) => To): (from: From) => To {
  const results = new WeakMap<From, To>();
  return (from) => {
    const known = results.get(from);
    if (known !== undefined) return known;
    const result = map(from);
    if (Object.isFrozen(from)) results.set(from, freeze(result));
    return result;
  };
}

function freeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freeze(child);
  return Object.freeze(value);
}
