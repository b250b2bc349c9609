import type { Deadline } from './deadline.mjs';
import { writeFrame } from './frame-writer.mjs';
import type { RunRequest } from './frames.mjs';
import type { CellOutput } from './output-limit.mjs';

/** The Python side: `start` gives the outcome as JSON, or nothing if the cell awaits; then `onFinish` is told it. */
export interface PythonCells {
  start(code: string): unknown;
  cancel(): void;
}

export interface CellLoop {
  run(request: RunRequest): void;
  /** The outcome of a cell that awaited. */
  finish(outcome: string): void;
}

// Taken before Python's own are put in their place.
const { setTimeout: later, clearTimeout: forget } = globalThis;

/** Runs one cell at a time: arms the deadline, starts it, cancels it when it is due, and sends its outcome. */
export function createCellLoop(cells: PythonCells, deadline: Deadline, output: CellOutput): CellLoop {
  let runningId = 0;
  let timer: ReturnType<typeof later> | undefined;

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
  return {
    finish,
    run: ({ id, code, timeoutMs, maxOutputBytes }) => {
      runningId = id;
      output.open(maxOutputBytes);
      deadline.arm(timeoutMs);
      const outcome = cells.start(code);
      if (typeof outcome === 'string') finish(outcome);
      else cancelWhenDue();
    },
  };
}
