import yoctoSpinner from 'yocto-spinner';
import type { Progress } from '../sessions/upload-file.js';
import { printable, readableSize } from './printable.js';

/** Something that takes its time, shown on a terminal. */
export interface Activity {
  /** How far a transfer has come. */
  advance(progress: Progress): void;
  end(): void;
}

/** What is over sooner is not worth a flicker. */
const SHOWN_AFTER_MS = 400;
const REFRESHED_EVERY_MS = 200;
const LONGEST_LABEL = 40;
const BAR_CELLS = 20;

const NOTHING_SHOWN: Activity = { advance: () => undefined, end: () => undefined };

/**
 * Shows, on a terminal, that something goes on: how long it has taken, or how far it has come. In a pipe, with `NO_COLOR`,
 * under CI and for programs (`quiet`) it shows nothing. It has to be ended on every path.
 */
export function startActivity(label: string, { quiet = false }: { quiet?: boolean | undefined } = {}): Activity {
  if (quiet || !isForPeople()) return NOTHING_SHOWN;
  const shown = printable(label).slice(0, LONGEST_LABEL);
  const start = performance.now();
  const spinner = yoctoSpinner({ stream: process.stderr, handleSignals: false });
  let state = '';
  const refresh = (): void => {
    const seconds = Math.floor((performance.now() - start) / 1000);
    spinner.text = `${shown}${state || (seconds > 0 ? ` ${seconds} s` : '')}`;
  };
  const restoreCursor = (): void => void spinner.stop();
  let ticks: NodeJS.Timeout | undefined;
  const begin = setTimeout(() => {
    spinner.start(shown);
    ticks = setInterval(refresh, REFRESHED_EVERY_MS);
  }, SHOWN_AFTER_MS);
  process.once('exit', restoreCursor);
  return {
    advance: (progress) => void (state = ` ${describe(progress)}`),
    end: () => {
      clearTimeout(begin);
      clearInterval(ticks);
      spinner.stop();
      process.removeListener('exit', restoreCursor);
    },
  };
}

/** Whether somebody looks on. */
export function isForPeople(): boolean {
  const { CI, NO_COLOR, TERM } = process.env;
  return process.stdout.isTTY && process.stderr.isTTY && !CI && !NO_COLOR && TERM !== 'dumb';
}

function describe({ bytes, totalBytes }: Progress): string {
  if (totalBytes === undefined) return readableSize(bytes);
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const full = Math.floor(share * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `${bar} ${Math.floor(share * 100)} % of ${readableSize(totalBytes)}`;
}
