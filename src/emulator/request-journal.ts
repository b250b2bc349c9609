/** One request that reached the pool's port. */
export interface JournalEntry {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly identifier?: string;
  readonly at: Date;
  /** What was asked for, as `failNext` names it; absent if there is no such operation. */
  readonly operation?: string;
  /** From the request's head to the answer, in milliseconds. */
  readonly durationMs?: number;
}

/** The latest requests, the oldest first. */
export interface RequestJournal {
  readonly entries: readonly JournalEntry[];
  add(entry: JournalEntry): void;
  clear(): void;
}

const KEPT = 10_000;
// A request line may have 16 kB of each.
const KEPT_CHARACTERS = 1000;

/** `onRequest` is told of each as it comes in; what it throws does not concern the request. */
export function createRequestJournal(onRequest?: (entry: JournalEntry) => void): RequestJournal {
  let entries: JournalEntry[] = [];
  return {
    get entries() {
      return entries.slice(-KEPT);
    },
    add: (added) => {
      const path = added.path.slice(0, KEPT_CHARACTERS);
      const identifier = added.identifier?.slice(0, KEPT_CHARACTERS);
      const entry = Object.freeze({ ...added, path, ...(identifier !== undefined && { identifier }) });
      entries.push(entry);
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT);
      tell(onRequest, entry);
    },
    clear: () => {
      entries = [];
    },
  };
}

// What goes wrong there is somebody else's, who only looks on; it may be a function that awaits.
function tell(onRequest: ((entry: JournalEntry) => unknown) | undefined, entry: JournalEntry): void {
  void new Promise((resolve) => resolve(onRequest?.(entry))).catch(() => undefined);
}
