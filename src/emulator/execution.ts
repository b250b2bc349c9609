import type { Outcome } from './engine.js';
import type { ExecutionRequest } from './execution-request.js';
import { cutText } from './output-collector.js';

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

/** What was printed there, and then what went wrong, within the limit; the service's own words are not what is cut. */
export function standardError(outcome: Outcome, maxCharacters: number): string {
  switch (outcome.status) {
    case 'ok':
      return cutText(outcome.stderr, maxCharacters);
    case 'error':
      return cutText(outcome.stderr + (outcome.error?.traceback ?? ''), maxCharacters);
    case 'timeout':
    case 'killed':
      return withWords(outcome.stderr, TIMEOUT_TEXT, maxCharacters);
    case 'died':
      return withWords(outcome.stderr, ABORTED_TEXT, maxCharacters);
    default:
      return outcome.status satisfies never;
  }
}

function withWords(printed: string, words: string, maxCharacters: number): string {
  return cutText(cutText(printed, maxCharacters - words.length) + words, maxCharacters);
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
