/**
 * A mapping of lists that maps a frozen item once, as long as it stands at the same place behind the same first item, and
 * freezes what comes out; anything else is mapped each time.
 *
 * @param map makes plain data
 */
export function mappedOnce<From extends object, To extends object>(
  map: (from: From) => To,
): (list: readonly From[]) => To[] {
  // One entry for each list, not for each item: the collector pays for them.
  const known = new WeakMap<From, Mapped<From, To>[]>();
  return (list) => {
    const [first] = list;
    if (first === undefined || !Object.isFrozen(first)) return list.map(map);
    const mapped = known.get(first) ?? [];
    known.set(first, mapped);
    return list.map((from, place) => {
      const before = mapped[place];
      if (before?.from === from) return before.to;
      const to = map(from);
      if (Object.isFrozen(from)) mapped[place] = { from, to: freeze(to) };
      return to;
    });
  };
}

interface Mapped<From, To> {
  readonly from: From;
  readonly to: To;
}

function freeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freeze(child);
  return Object.freeze(value);
}
