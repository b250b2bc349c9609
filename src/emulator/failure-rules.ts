import { validateHeaderName, validateHeaderValue } from 'node:http';
import { SessionsError } from '../errors.js';
import { isRecord } from '../is-record.js';
import { jsonText } from './json-text.js';
import { LONGEST_KEPT_MS } from './kept-requests.js';
import { type Operation, OPERATIONS } from './route.js';

/** How the next requests are to go wrong. */
export interface FailureRule {
  /** Which operation; without it, any. Named as the session client's methods, such as `execute` or `uploadFile`. */
  readonly operation?: string | undefined;
  /** Answer with this status; the operation is not carried out. */
  readonly status?: number | undefined;
  /**
   * With `status`, its headers; without, headers to add to the real answer. They take the place of the emulator's own, but
   * for those of the body's length: `truncateAt` makes that a wrong one.
   */
  readonly headers?: Record<string, string> | undefined;
  /** The body that goes with `status`: a string as it is, anything else as JSON. @default an error envelope */
  readonly body?: unknown;
  /** Wait so long before anything else, in milliseconds, an hour at most; `reset` and `stop` end the wait. */
  readonly latencyMs?: number | undefined;
  /** Break the connection before the operation is carried out, or after. */
  readonly reset?: 'before' | 'after' | undefined;
  /** Break the connection after so many bytes of the real answer's body. */
  readonly truncateAt?: number | undefined;
  /** How many requests it applies to. @default 1 */
  readonly times?: number | undefined;
}

/** The rules that are still to be applied, in order. */
export interface FailureRules {
  add(rule: FailureRule): void;
  /** The first one for that operation; it is used up by this. */
  take(operation: Operation | undefined): FailureRule | undefined;
  clear(): void;
}

const FIELDS: ReadonlySet<string> = new Set([
  'operation',
  'status',
  'headers',
  'body',
  'latencyMs',
  'reset',
  'truncateAt',
  'times',
]);

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'trailer']);

export function createFailureRules(): FailureRules {
  let rules: { readonly rule: FailureRule; left: number }[] = [];
  return {
    add: (rule) => {
      check(rule);
      rules.push({ rule: { ...rule, ...(rule.headers && { headers: { ...rule.headers } }) }, left: rule.times ?? 1 });
    },
    take: (operation) => {
      const found = rules.find(({ rule }) => rule.operation === undefined || rule.operation === operation);
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) rules = rules.filter((other) => other !== found);
      return found.rule;
    },
    clear: () => {
      rules = [];
    },
  };
}

function check(rule: FailureRule): void {
  if (typeof rule !== 'object' || rule === null) throw invalid('is an object, such as { status: 503 }');
  const { operation, status, times, reset, latencyMs, truncateAt } = rule;
  for (const name of Object.keys(rule)) if (!FIELDS.has(name)) throw invalid(`has no field "${name}"`);
  if (operation !== undefined && !OPERATIONS.some((known) => known === operation)) {
    throw invalid(`has the operation of ${OPERATIONS.join(', ')}`);
  }
  if (status !== undefined && !isWhole(status, 200, 599)) throw invalid('has a status of 200 to 599');
  if (times !== undefined && !isWhole(times, 1)) throw invalid('applies one time or more ("times")');
  if (reset !== undefined && reset !== 'before' && reset !== 'after')
    throw invalid('has a reset of "before" or "after"');
  if (latencyMs !== undefined && !isWhole(latencyMs, 0, LONGEST_KEPT_MS)) {
    throw invalid(`has a latencyMs of 0 to ${LONGEST_KEPT_MS}`);
  }
  if (truncateAt !== undefined && !isWhole(truncateAt, 0)) throw invalid('has a truncateAt of 0 or more');
  checkHeaders(rule.headers);
  const effects = [status, rule.headers, latencyMs, reset, truncateAt];
  if (effects.every((effect) => effect === undefined)) throw invalid('does something: give it a status, for example');
  if (status !== undefined && reset !== undefined) throw invalid('has either a status or a reset');
  if (rule.body !== undefined && status === undefined) throw invalid('has a body only together with a status');
  if (rule.body !== undefined && jsonText(rule.body) === undefined)
    throw invalid('has a body that is a text or can be written as JSON');
}

function checkHeaders(headers: unknown): void {
  if (headers === undefined) return;
  if (!isRecord(headers)) throw invalid('has headers as an object of names and values');
  for (const [name, value] of Object.entries(headers)) {
    if (!isAllowed(() => validateHeaderName(name))) throw invalid(`has a header whose name HTTP forbids: "${name}"`);
    if (FRAMING.has(name.toLowerCase())) {
      throw invalid(
        `has no header "${name}", which goes with how the emulator sends a body; \`truncateAt\` breaks one off`,
      );
    }
    if (typeof value !== 'string' || !isAllowed(() => validateHeaderValue(name, value))) {
      throw invalid(`has the header "${name}" with a text for its value, of the characters that HTTP allows`);
    }
  }
}

function isAllowed(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function isWhole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function invalid(what: string): SessionsError {
  return new SessionsError('invalid_options', `A failNext rule ${what}.`);
}
