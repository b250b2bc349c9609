import type { Deadline } from './deadline.mjs';
import { writeFrame } from './frame-writer.mjs';
import type { PackageAnswer, RunRequest } from './frames.mjs';
import type { CellOutput } from './output-limit.mjs';
import type { PackageLoader } from './package-loader.mjs';

/** The Python side: `start` gives the outcome as JSON, or nothing if the cell awaits; then `onFinish` is told it. */
export interface PythonCells {
  start(code: string): unknown;
  cancel(): void;
  /** The modules that the code imports and that are not there, as JSON; nothing if there are none. */
  wanted_imports(code: string): unknown;
  /** Is told in JSON, by module, why there is no package for it. */
  explain_missing(reasons: string): void;
  /** Is told in JSON what could not be loaded. */
  warn_of_packages(problems: string): void;
}

export interface CellLoop {
  run(request: RunRequest): void;
  /** The parent's answer to the imports of the cell: it runs now. */
  provide(answer: PackageAnswer): Promise<void>;
  /** The outcome of a cell that awaited. */
  finish(outcome: string): void;
}

export interface CellLoopParts {
  readonly cells: PythonCells;
  readonly deadline: Deadline;
  readonly output: CellOutput;
  readonly loader: PackageLoader;
}

// Taken before Python's own are put in their place.
const { setTimeout: later, clearTimeout: forget } = globalThis;

/** Runs one cell at a time: arms the deadline, starts it, cancels it when it is due, and sends its outcome. */
export function createCellLoop({ cells, deadline, output, loader }: CellLoopParts): CellLoop {
  let runningId = 0;
  let timer: ReturnType<typeof later> | undefined;
  let waiting: RunRequest | undefined;

  const finish = (outcome: string): void => {
    forget(timer);
    const timedOut = deadline.disarm();
    const cut = output.close();
    writeFrame('result', `{"id":${runningId},"timedOut":${timedOut},"cut":${cut},"outcome":${outcome}}`);
  };
  const cancelWhenDue = (): void => {
    timer = later(() => {
      if (deadline.strikesNow()) cells.cancel();
      cancelWhenDue();
    }, deadline.remainingMs());
  };
  const begin = ({ code, timeoutMs }: RunRequest): void => {
    deadline.arm(timeoutMs);
    const outcome = cells.start(code);
    if (typeof outcome === 'string') finish(outcome);
    else cancelWhenDue();
  };
  return {
    finish,
    run: (request) => {
      runningId = request.id;
      output.open(request.maxOutputBytes);
      // Python looks again; a cell without the word need not ask it.
      const wanted = request.code.includes('import') ? cells.wanted_imports(request.code) : undefined;
      if (typeof wanted !== 'string') return begin(request);
      waiting = request;
      writeFrame('imports', wanted);
    },
    provide: async ({ packages, missing }) => {
      const request = waiting;
      if (!request) return;
      waiting = undefined;
      cells.explain_missing(JSON.stringify(missing));
      const problems = packages.length === 0 ? [] : await loader.load(packages);
      if (problems.length > 0) cells.warn_of_packages(JSON.stringify(problems));
      writeFrame('begun', '');
      begin(request);
    },
  };
}
