import { readThrownError } from './thrown-error.js';

/** What a failing cell raised. */
export interface ExecutionError {
  /** The type of the exception, such as `ZeroDivisionError`. */
  readonly name: string;
  readonly message: string;
  /** From the beginning of the last traceback, without colours. */
  readonly traceback: string;
}

/** The service ends every run at this, whatever it was asked for. */
const LONGEST_RUN_IN_SECONDS = 220;

const SERVICE_TIMEOUT = /^request timed out waiting for code execution to complete\.?$/i;
const SERVICE_ABORT = /^execution aborted\.?$/i;

const ABORTED =
  'The service ended the interpreter, most likely because memory ran out. Variables and imports are lost, files in ' +
  '/mnt/data are kept. Work on less data at a time.';

// oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
const ANSI_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

const EXCEPTION_LINE =
  /^([A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group|Failure|Timeout))(?:: ?(.*))?$/;
const HEADER = /^(?:[A-Za-z_][\w.]*\s+)?Traceback \(most recent call last\):?/;

/** Takes the colour codes out of a text. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI_SEQUENCE, '') : text;
}

/**
 * Reads the exception out of the stderr of a failed cell, as Python, IPython and Node write it; or why the service itself
 * ended the run, which had `timeoutInSeconds`.
 */
export function readExecutionError(stderr: string, timeoutInSeconds?: number): ExecutionError {
  const text = stderr.trim();
  const lines = text.split('\n');
  const ending = readServiceEnding(lines.at(-1) ?? '', timeoutInSeconds);
  if (ending) return { ...ending, traceback: text };
  const start = lines.findLastIndex((line) => HEADER.test(line));
  const thrown = start < 0 ? readThrownError(lines) : undefined;
  if (thrown !== undefined) return thrown;
  const raised = findRaised(lines, start);
  if (raised === undefined) {
    const message = lines.at(-1) || 'The execution failed without saying why.';
    return { name: 'ExecutionFailed', message, traceback: text };
  }
  const { index, name, firstLine } = raised;
  const message = [firstLine, ...lines.slice(index + 1)].join('\n').trim();
  return { name, message, traceback: lines.slice(Math.max(start, 0)).join('\n') };
}

/** Undefined unless a line is one of the texts with which the service itself ends a run. */
function readServiceEnding(line: string, timeoutInSeconds?: number): { name: string; message: string } | undefined {
  if (SERVICE_ABORT.test(line.trim())) return { name: 'ExecutionAborted', message: ABORTED };
  if (!SERVICE_TIMEOUT.test(line.trim())) return undefined;
  return { name: 'TimeoutError', message: timeoutMessage(timeoutInSeconds) };
}

function timeoutMessage(timeoutInSeconds: number | undefined): string {
  if (timeoutInSeconds !== undefined && timeoutInSeconds >= LONGEST_RUN_IN_SECONDS) {
    return `The code ran longer than ${LONGEST_RUN_IN_SECONDS} s, the most that the service allows. Split the work into shorter runs.`;
  }
  const allowed = timeoutInSeconds === undefined ? 'it was allowed' : `the ${timeoutInSeconds} s it was allowed`;
  return `The code ran longer than ${allowed}. Split the work into shorter runs, or raise \`timeoutInSeconds\` (${LONGEST_RUN_IN_SECONDS} at most).`;
}

interface Raised {
  readonly index: number;
  readonly name: string;
  readonly firstLine: string;
}

function findRaised(lines: readonly string[], start: number): Raised | undefined {
  // The first line after the frames that begins like a name and ends there, or goes on with a colon, names the exception:
  // Python indents the frames, and those of IPython begin in another way.
  const afterFrames = start < 0 ? -1 : lines.findIndex((line, at) => at > start && /^[A-Za-z_][\w.]*(:|$)/.test(line));
  if (afterFrames >= 0) {
    const line = lines[afterFrames] ?? '';
    const end = line.indexOf(':');
    const name = end < 0 ? line : line.slice(0, end);
    return { index: afterFrames, name, firstLine: end < 0 ? '' : line.slice(end + 1) };
  }
  const index = lines.findLastIndex((line) => EXCEPTION_LINE.test(line));
  const match = EXCEPTION_LINE.exec(lines[index] ?? '');
  return match ? { index, name: match[1] ?? '', firstLine: match[2] ?? '' } : undefined;
}
