/**
 * A mapping of lists that maps a frozen item once, as long as it stands at the same place behind the same first item;
 * anything else is mapped each time.
 *
 * @param map makes plain data, frozen: it is handed out again
 */
export function mappedOnce<From extends object, To extends object>(
  map: (from: From) => To,
): (list: readonly From[]) => To[] {
  // One entry for each list, not for each item: the collector pays for them.
  const known = new WeakMap<From, Mapped<From, To>>();
  return (list) => {
    const [first] = list;
    if (first === undefined || !Object.isFrozen(first)) return list.map(map);
    const mapped = known.get(first) ?? { from: [], to: [] };
    known.set(first, mapped);
    return list.map((from, place) => {
      const before = mapped.to[place];
      if (before !== undefined && mapped.from[place] === from) return before;
      const to = map(from);
      if (Object.isFrozen(from)) {
        mapped.from[place] = from;
        mapped.to[place] = to;
      }
      return to;
    });
  };
}

/** By place. */
interface Mapped<From, To> {
  readonly from: From[];
  readonly to: To[];
}
