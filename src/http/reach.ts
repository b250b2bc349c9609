/** Is told how far requests get. */
export interface ReachNotes {
  begin(): void;
  connected(): void;
  /** The service has refused what had a connection: it is not carried out. */
  refused(): void;
  end(): void;
}

/** Whether any of the requests that share it may have brought something about. */
export interface Reach extends ReachNotes {
  /** True while one is under way, and once one had a connection and was not refused; false if all of them failed or were. */
  readonly mayHaveBegun: boolean;
  /** Begins anew, as when what the requests brought about is gone. */
  reset(): void;
}

/** Whether one request, however often it is sent, may be carried out. */
export interface RequestReach extends ReachNotes {
  /** False as long as each attempt had no connection or was refused. */
  readonly mayBeCarriedOut: boolean;
}

/** Knows of no request yet. */
export function createReach(): Reach {
  let underWay = 0;
  let carriedOut = 0;
  return {
    get mayHaveBegun() {
      return carriedOut > 0 || underWay > 0;
    },
    begin: () => void (underWay += 1),
    connected: () => void (carriedOut += 1),
    refused: () => void (carriedOut -= 1),
    end: () => void (underWay -= 1),
    reset: () => {
      // Those that are under way begin something after it.
      if (underWay === 0) carriedOut = 0;
    },
  };
}

/** For one request; what it is told, `shared` is told too. */
export function createRequestReach(shared: ReachNotes | undefined): RequestReach {
  let carriedOut = 0;
  return {
    get mayBeCarriedOut() {
      return carriedOut > 0;
    },
    begin: () => shared?.begin(),
    connected: () => {
      carriedOut += 1;
      shared?.connected();
    },
    refused: () => {
      carriedOut -= 1;
      shared?.refused();
    },
    end: () => shared?.end(),
  };
}
