// How a Node session shows values and errors.
import { inspect } from 'node:util';

const MAX_CHARACTERS = 8_000_000;
const EMULATORS_FRAME = /^\s+at .*(?:node:|node-session|node-cells)/;

/** The value of a cell as its parent reads it: nothing, a JSON scalar, or text as the REPL shows it. */
export function describe({ value }: { readonly value: unknown }): object {
  if (value === undefined || value === null) return { type: 'none' };
  const text = inspect(value);
  if (text.length > MAX_CHARACTERS)
    throw new RangeError('The result is too large to be returned; write it to a file in /mnt/data');
  if (typeof value === 'number') return { type: 'scalar', value: Number.isFinite(value) ? value : null, text };
  if (typeof value === 'string' || typeof value === 'boolean') return { type: 'scalar', value, text };
  return { type: 'text', text };
}

/** With the frames of the cells and of what they called, as the REPL has it, and none of the emulator's. */
export function describeError(thrown: unknown): { name: string; message: string; traceback: string } {
  if (!(thrown instanceof Error)) {
    const message = safely(() => inspect(thrown));
    return { name: 'Uncaught', message, traceback: `Uncaught ${message}\n` };
  }
  const { name, message } = thrown;
  return {
    name: String(name),
    message: String(message),
    traceback: `Uncaught ${ownFrames(safely(() => thrown.stack ?? String(thrown)))}\n`,
  };
}

function ownFrames(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => EMULATORS_FRAME.test(line));
  return (first < 0 ? lines : lines.slice(0, first)).join('\n');
}

function safely(show: () => string): string {
  try {
    return show();
  } catch {
    return 'an error that cannot be shown';
  }
}
