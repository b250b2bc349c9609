// How a Node session shows values and errors.
import { inspect } from 'node:util';

const MAX_CHARACTERS = 8_000_000;
const EMULATORS_FRAME = /^\s+at .*(?:node:|node-session|node-cells|node-output)/;

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

/**
 * With the frames of the cells and of what they called, as the REPL has it, and none of the emulator's. Never throws, whatever
 * was thrown.
 */
export function describeError(thrown: unknown): { name: string; message: string; traceback: string } {
  const shown = (): string | undefined => safely(() => inspect(thrown), undefined);
  const error = safely(() => (thrown instanceof Error ? thrown : undefined), undefined);
  if (!error) {
    const message = shortened(shown() ?? 'something that cannot be shown');
    return { name: 'Uncaught', message, traceback: `Uncaught ${message}\n` };
  }
  const name = safely(() => String(error.name), 'Error');
  const message = shortened(safely(() => String(error.message), 'an error that cannot be shown'));
  const plain = `${name}: ${message}`;
  // It can be anything that code has put there.
  const stack = safely(() => (typeof error.stack === 'string' ? error.stack : plain), undefined) ?? shown() ?? plain;
  return { name, message, traceback: `Uncaught ${shortened(ownFrames(stack))}\n` };
}

/** What it gives, or that other value if it throws. */
export function safely<Result>(give: () => Result, otherwise: Result): Result {
  try {
    return give();
  } catch {
    return otherwise;
  }
}

function ownFrames(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => EMULATORS_FRAME.test(line));
  return (first < 0 ? lines : lines.slice(0, first)).join('\n');
}

function shortened(text: string): string {
  const leftOut = text.length - MAX_CHARACTERS;
  if (leftOut <= 0) return text;
  const half = MAX_CHARACTERS / 2;
  return `${text.slice(0, half)}\n... (${leftOut} characters are left out here)\n${text.slice(-half)}`;
}
