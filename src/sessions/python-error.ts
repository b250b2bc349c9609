import { findTraceback, outerTraceback } from './find-traceback.js';
import { readServiceEnding } from './service-ending.js';
import { readThrownError } from './thrown-error.js';

/** What a failing cell raised. */
export interface ExecutionError {
  /** The type of the exception, such as `ZeroDivisionError`. */
  readonly name: string;
  readonly message: string;
  /** From the beginning of its traceback, without colours. */
  readonly traceback: string;
}

// oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
const ANSI_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

// A class inside of a function has `<locals>` in its name.
const EXCEPTION_LINE =
  /^([\p{XID_Start}_][\p{XID_Continue}.<>]*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group|Failure|Timeout))(?:: ?(.*))?$/u;
const NAME_LINE = /^[\p{XID_Start}_][\p{XID_Continue}.<>]*(?::|$)/u;

/** Takes the colour codes out of a text. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI_SEQUENCE, '') : text;
}

/**
 * Reads the exception out of the stderr of a failed cell, as Python, IPython and Node write it; or why the service itself
 * ended the run, which had `timeoutInSeconds`.
 */
export function readExecutionError(stderr: string, timeoutInSeconds?: number): ExecutionError {
  const text = withoutBlankEnds(stderr);
  const lines = text.split('\n');
  const ending = readServiceEnding(lines.at(-1) ?? '', timeoutInSeconds);
  const start = findTraceback(lines);
  const thrown = start < 0 ? readThrownError(lines) : undefined;
  const failsItself = start >= 0 || thrown !== undefined || EXCEPTION_LINE.test(lines.at(-1) ?? '');
  // Behind other words on their line, those of the service are as well those of an exception's message.
  if (ending && (ending.isWholeLine || !failsItself)) {
    return { name: ending.name, message: ending.message, traceback: text };
  }
  return thrown ?? readRaised(lines, start) ?? unknownFailure(text, lines);
}

function withoutBlankEnds(text: string): string {
  const end = text.trimEnd();
  return end.slice(end.lastIndexOf('\n', end.length - end.trimStart().length) + 1);
}

function readRaised(lines: readonly string[], start: number): ExecutionError | undefined {
  const traceback = lines.slice(Math.max(start, 0));
  const read = outerTraceback(traceback);
  // The first line after the frames that begins like a name and ends there, or goes on with a colon, names the exception:
  // Python indents the frames, and those of IPython begin in another way.
  const afterFrames = start < 0 ? -1 : read.findIndex((line, at) => at > 0 && NAME_LINE.test(line));
  if (afterFrames >= 0) {
    const line = read[afterFrames] ?? '';
    const end = line.indexOf(':');
    const name = end < 0 ? line : line.slice(0, end);
    return raised(name, [end < 0 ? '' : line.slice(end + 1), ...read.slice(afterFrames + 1)], traceback);
  }
  const index = lines.findLastIndex((line) => EXCEPTION_LINE.test(line));
  const [, name, firstLine = ''] = EXCEPTION_LINE.exec(lines[index] ?? '') ?? [];
  return name === undefined ? undefined : raised(name, [firstLine, ...lines.slice(index + 1)], traceback);
}

function raised(name: string, message: readonly string[], traceback: readonly string[]): ExecutionError {
  return { name, message: message.join('\n').trim(), traceback: traceback.join('\n') };
}

function unknownFailure(text: string, lines: readonly string[]): ExecutionError {
  const message = lines.at(-1)?.trim() || 'The execution failed without saying why.';
  return { name: 'ExecutionFailed', message, traceback: text };
}
