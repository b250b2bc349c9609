/** Whether any of the requests that share it may have arrived. */
export interface Reach {
  /** True while one is under way, and once one had a connection; false if all of them failed before that. */
  readonly mayHaveArrived: boolean;
  begin(): void;
  connected(): void;
  end(): void;
  /** Begins anew, as when what the requests brought about is gone. */
  reset(): void;
}

/** Knows of no request yet. */
export function createReach(): Reach {
  let underWay = 0;
  let hadConnection = false;
  return {
    get mayHaveArrived() {
      return hadConnection || underWay > 0;
    },
    begin: () => void (underWay += 1),
    connected: () => void (hadConnection = true),
    end: () => void (underWay -= 1),
    reset: () => void (hadConnection = false),
  };
}
