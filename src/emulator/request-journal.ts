/** One request that reached the pool's port. */
export interface JournalEntry {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly identifier?: string;
  readonly at: Date;
}

/** The latest requests, the oldest first. */
export interface RequestJournal {
  readonly entries: readonly JournalEntry[];
  add(entry: JournalEntry): void;
  clear(): void;
}

const KEPT = 10_000;

export function createRequestJournal(): RequestJournal {
  let entries: JournalEntry[] = [];
  return {
    get entries() {
      return entries.slice(-KEPT);
    },
    add: (entry) => {
      entries.push(Object.freeze(entry));
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT);
    },
    clear: () => {
      entries = [];
    },
  };
}
