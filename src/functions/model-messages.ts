import { shownName } from './names.js';
import { wholeCharacters } from './result-text.js';

// What the kernel tells a model. The texts are part of the contract: models are steered by them.

const MOST_NAMES = 50;
const MOST_ISSUES = 10;
const PARSER_MESSAGE_CHARS = 120;
const FAILURE_CHARS = 1000;

/** The fixed texts of tool messages; `name` is the wire name. */
export const modelMessages = Object.freeze({
  unknown: (name: string, available: readonly string[]) =>
    `Error: there is no function named "${name}". Available functions: ${nameList(available)}. Call one of them by its exact name.`,
  json: (name: string, parserMessage = '') =>
    `Error: the arguments for "${name}" are not valid JSON${inBrackets(cut(parserMessage, PARSER_MESSAGE_CHARS))}. Send one JSON object that matches the parameter schema.`,
  shape: (name: string, received: string) =>
    `Error: the arguments for "${name}" must be a JSON object, not ${received}.`,
  invalid: (name: string, issues: readonly string[]) =>
    [
      `Error: invalid arguments for "${name}":`,
      ...issues.slice(0, MOST_ISSUES).map((issue) => `- ${issue}`),
      'Correct the arguments and call the function again.',
    ].join('\n'),
  failed: (name: string, message: string) => `Error: "${name}" failed: ${cut(message, FAILURE_CHARS)}`,
  failedWithoutDetail: (name: string) => `Error: "${name}" failed.`,
  functionError: (message: string) => `Error: ${message}`,
  timeout: (name: string, timeoutMs: number) =>
    `Error: "${name}" did not finish within ${timeoutMs} ms and was cancelled.`,
  truncated: (name: string) =>
    `Error: the call to "${shownName(name)}" was cut off by the output token limit and was not run. Call it again with shorter arguments.`,
  budget: (limit: number) => `Error: not run. The limit of ${limit} function calls for this request has been reached.`,
  ended: 'Error: not run. The application ended this request.',
  cancelled: 'Error: cancelled by the caller before it finished.',
  unserialisable: (name: string) => `Error: "${name}" returned a value that cannot be converted to text.`,
});

function nameList(names: readonly string[]): string {
  const listed = names.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  return listed.length > 0 ? listed.join(', ') : 'none';
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : wholeCharacters(text.slice(0, length));
}
