/** How the items of a list are mapped. */
export interface Mapping<From, To> {
  readonly map: (from: From) => To;
  /** Whether an item stays as it is, so that it need not be mapped again. */
  readonly isFixed: (from: From) => boolean;
  /** Freezes what was made of a fixed item: it is handed out again. */
  readonly freeze: (to: To) => void;
}

/**
 * A mapping of lists that maps a fixed item once, as long as it stands at the same place behind the same first item, which
 * is frozen; anything else is mapped each time.
 */
export function mappedOnce<From extends object, To extends object>({
  map,
  isFixed,
  freeze,
}: Mapping<From, To>): (list: readonly From[]) => To[] {
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
      if (isFixed(from)) {
        freeze(to);
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
