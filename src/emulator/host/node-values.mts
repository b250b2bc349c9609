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
  const shown = (): string => safely(() => inspect(thrown), 'an error that cannot be shown');
  const error = safely(() => (thrown instanceof Error ? thrown : undefined), undefined);
  if (!error) return { name: 'Uncaught', message: shortened(shown()), traceback: traceback(shown()) };
  return {
    name: safely(() => String(error.name), 'Error'),
    message: shortened(safely(() => String(error.message), '')),
    traceback: traceback(safely(() => stackOf(error), undefined) ?? shown()),
  };
}

/** What it gives, or that other value if it throws. */
export function safely<Result>(give: () => Result, otherwise: Result): Result {
  try {
    return give();
  } catch {
    return otherwise;
  }
}

// It can be anything that code has put there.
function stackOf({ stack }: Error): string | undefined {
  return typeof stack === 'string' ? ownFrames(stack) : undefined;
}

function ownFrames(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => EMULATORS_FRAME.test(line));
  return (first < 0 ? lines : lines.slice(0, first)).join('\n');
}

function traceback(text: string): string {
  return `Uncaught ${shortened(text)}\n`;
}

function shortened(text: string): string {
  const leftOut = text.length - MAX_CHARACTERS;
  if (leftOut <= 0) return text;
  const half = MAX_CHARACTERS / 2;
  return `${text.slice(0, half)}\n... (${leftOut} characters are left out here)\n${text.slice(-half)}`;
}
