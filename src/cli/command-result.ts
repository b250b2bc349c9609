import type { ExecutionResult } from '../sessions/execution-result.js';
import type { ExecutionError } from '../sessions/python-error.js';
import { errorLine } from './error-line.js';
import { EXIT_CODES } from './exit-codes.js';
import { printable, printableOn } from './printable.js';
import type { SavedFigures } from './save-figures.js';

const MORE_OUTPUT = 'Raise --max-output, or write to a file in /mnt/data and get that.';

/** Prints one JSON document on standard output. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

/** Prints what code printed, where the program printed it, and what it came to. */
export function printResult(result: ExecutionResult, cutAt?: number): void {
  const { stdout, stderr, status, value, images, error, exitCode } = result;
  process.stdout.write(printableOn(process.stdout, stdout));
  if (value !== undefined || images.length > 0) process.stdout.write(endOfLine(stdout));
  if (value !== undefined) process.stdout.write(`${printableOn(process.stdout, textOf(value))}\n`);
  process.stderr.write(printableOn(process.stderr, stderr) + endOfLine(stderr));
  if (exitCode) process.stderr.write(`The command ended with exit code ${exitCode}.\n`);
  else if (error && !stderr.includes(error.message))
    process.stderr.write(`${error.name}: ${printable(messageFor(error))}\n`);
  else if (status === 'Canceled') process.stderr.write('The run was cancelled.\n');
  if (cutAt !== undefined) process.stderr.write(`The service cut the output at ${cutAt} characters. ${MORE_OUTPUT}\n`);
}

/** Prints where the figures are, and which could not be saved. */
export function printFigures({ images, failure }: SavedFigures): void {
  for (const { path } of images) if (path !== undefined) console.log(path);
  if (failure !== undefined) console.error(errorLine(failure));
}

/** The same for a program. */
export function resultDocument(result: ExecutionResult, { images, failure }: SavedFigures): object {
  const { status, value, stdout, stderr, error, exitCode, executionTimeMs } = result;
  const figures = {
    images: images.map(({ format, path }) => ({ format, path })),
    ...(failure === undefined ? {} : { imagesError: failure.message }),
  };
  const told = error && { error: { ...error, message: messageFor(error) } };
  return { status, value, stdout, stderr, ...figures, ...told, exitCode, executionTimeMs };
}

/** Whether the code did what it was to do. */
export function exitCodeOfResult({ status }: ExecutionResult): number {
  return status === 'Succeeded' ? EXIT_CODES.done : EXIT_CODES.codeFailed;
}

/** Options have other names here; what the code itself says is left alone. */
function messageFor({ name, message }: ExecutionError): string {
  return name === 'TimeoutError' ? message.replace('`timeoutInSeconds`', '--timeout') : message;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function endOfLine(text: string): string {
  return text === '' || text.endsWith('\n') ? '' : '\n';
}
