import { constants } from 'node:os';

/** The reason of an abort by Ctrl-C and its like. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(message: string, signal: NodeJS.Signals) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = 128 + constants.signals[signal];
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on a Ctrl-C that its program has had from the terminal already; a person is slower. */
const SAME_KEYSTROKE_MS = 300;

/**
 * Does something that can be interrupted. The first Ctrl-C aborts it, so that it can put things in order; a second one
 * does not wait for that.
 *
 * @param consequence what an interruption leaves behind, for the person who interrupts
 */
export async function interruptible<T>(consequence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let firstAt = 0;
  const stop = (signal: NodeJS.Signals): void => {
    const interruption = new Interruption(`Interrupted. ${consequence}`.trim(), signal);
    if (controller.signal.aborted) {
      if (performance.now() - firstAt > SAME_KEYSTROKE_MS) process.exit(interruption.exitCode);
      return;
    }
    firstAt = performance.now();
    if (signal === 'SIGHUP') process.once('exit', hangUp);
    controller.abort(interruption);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

/** At its end Node puts the terminal in order, and crashes where there is none any more: this is the end before that. */
function hangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
