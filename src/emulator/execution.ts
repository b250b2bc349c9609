import type { Outcome } from './engine.js';
import type { ExecutionRequest } from './execution-request.js';
import { cutBytes, cutText } from './output-collector.js';

/** One execution; the wire gives it a shape. */
export interface Execution {
  readonly id: string;
  readonly identifier: string;
  readonly request: ExecutionRequest;
  /** How long it waited for an interpreter. */
  readonly allocationMs: number;
  /** Absent while it waits or runs. */
  readonly outcome?: Outcome;
}

// The service's own words.
const TIMEOUT_TEXT = 'Request timed out waiting for code execution to complete';
const ABORTED_TEXT = 'Execution aborted';

export function succeeded(outcome: Outcome): boolean {
  return outcome.status === 'ok';
}

/** What was printed there, within the limit. */
export function standardOutput({ stdout }: Outcome, request: ExecutionRequest): string {
  return cutterFor(request)(stdout, request.maxOutput);
}

/**
 * What was printed there, and then, on a line of its own, what went wrong, within the limit; the service's own words are not
 * what is cut.
 */
export function standardError(outcome: Outcome, request: ExecutionRequest): string {
  switch (outcome.status) {
    case 'ok':
      return cutterFor(request)(outcome.stderr, request.maxOutput);
    case 'error':
      return cutterFor(request)(endedLine(outcome.stderr) + (outcome.error?.traceback ?? ''), request.maxOutput);
    case 'timeout':
    case 'killed':
      return withWords(outcome.stderr, TIMEOUT_TEXT, request);
    case 'died':
      return withWords(outcome.stderr, ABORTED_TEXT, request);
    default:
      return outcome.status satisfies never;
  }
}

function withWords(stderr: string, words: string, request: ExecutionRequest): string {
  const cut = cutterFor(request);
  const printed = endedLine(stderr);
  const room = request.maxOutput - words.length;
  const kept = cut(printed, room);
  return (kept === printed ? printed : endedLine(cut(printed, room - 1))) + words;
}

function endedLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

// Measured of a Shell pool; of the others, documentation speaks of characters.
function cutterFor({ poolKind }: ExecutionRequest): typeof cutText {
  return poolKind === 'Shell' ? cutBytes : cutText;
}

/** The last expression's value: numbers, strings and booleans as such, NaN as null, nothing and None as "". */
export function resultValue({ value }: Outcome, jupyterFormat: boolean): unknown {
  switch (value.type) {
    case 'none':
      return jupyterFormat ? null : '';
    case 'scalar':
      return jupyterFormat ? value.text : value.value;
    case 'text':
      return value.text;
    case 'image':
      return { type: 'image', format: value.format, base64_data: value.base64 };
    default:
      return value satisfies never;
  }
}
