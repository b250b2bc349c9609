import { availableParallelism } from 'node:os';
import type { Engine, EngineLimits, Interpreter } from './engine.js';
import { createStartQueue } from './start-queue.js';
import type { Workspaces } from './workspaces.js';

const REFILL_AFTER_MS = 100;

/** A folder, and perhaps an interpreter that already waits in it. */
export interface Place {
  readonly directory: string;
  readonly interpreter?: Promise<Interpreter>;
}

/** Where sessions get their interpreters from. */
export interface InterpreterSupply {
  /** Fills the reserve, in the background. */
  warmUp(): void;
  /** A place for a new session, out of the reserve if there is one. */
  take(): Place;
  start(directory: string): Promise<Interpreter>;
  /** Whether an interpreter waits in reserve; with no reserve wanted, always. */
  isWarm(): boolean;
  /** No more folders and interpreters are made; the folders in reserve are removed. */
  close(): Promise<void>;
}

export interface SupplyOptions {
  readonly engine: Engine;
  readonly limits: EngineLimits;
  readonly workspaces: Workspaces;
  /** How many interpreters wait in reserve. */
  readonly warm: number;
  /** Puts off the making of the next one. @default a tenth of a second */
  readonly later?: (task: () => void) => void;
}

/** As many starts at once as there are cores: with more, all are ready later and the first much later. */
export function createInterpreterSupply(options: SupplyOptions): InterpreterSupply {
  const { engine, limits, workspaces, warm, later = soon } = options;
  const queue = createStartQueue(availableParallelism());
  const begin = (directory: string): Promise<Interpreter> => queue.run(() => engine.start(directory, limits));
  const reserve = createReserve(warm, () => {
    const directory = workspaces.create();
    return { directory, interpreter: begin(directory) };
  });
  const refill = (): void => {
    if (!queue.busy) reserve.fill();
  };
  const refillSoon = (): void => later(refill);
  return {
    warmUp: () => reserve.fill(),
    start: (directory) => begin(directory).finally(refill),
    take: () => {
      const place = reserve.take() ?? { directory: workspaces.create() };
      // The next one is made when this one is ready and has had time for its first cell, so as not to slow them down.
      if (place.interpreter) place.interpreter.then(refillSoon, refillSoon);
      return place;
    },
    isWarm: () => warm === 0 || reserve.isReady(),
    close: async () => {
      await Promise.all(reserve.close().map(({ directory }) => workspaces.remove(directory)));
    },
  };
}

/** The places that wait. */
interface Reserve {
  fill(): void;
  take(): Place | undefined;
  isReady(): boolean;
  /** Those that were left; it is not filled again. */
  close(): readonly Place[];
}

function createReserve(size: number, make: () => Required<Place>): Reserve {
  const places: Place[] = [];
  const ready = new WeakSet<Place>();
  let closed = false;
  return {
    fill: () => {
      if (closed) return;
      while (places.length < size) {
        const place = attempt(make);
        if (!place) return;
        // A start that fails is told to the session that gets this place.
        place.interpreter.then(() => ready.add(place)).catch(() => undefined);
        places.push(place);
      }
    },
    take: () => places.shift(),
    isReady: () => places.some((place) => ready.has(place)),
    close: () => {
      closed = true;
      return places;
    },
  };
}

// A folder that cannot be made is told to the session that needs one, not to whoever happened to fill the reserve.
function attempt(make: () => Required<Place>): Required<Place> | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function soon(task: () => void): void {
  setTimeout(task, REFILL_AFTER_MS).unref();
}
