import { SessionsError } from '../errors.js';
import { type ExecutionImage, holdsEncodedBytes, readImages } from './execution-image.js';
import { asFields, asNumber, asText, type JsonFields } from './json-fields.js';
import { type ExecutionError, readExecutionError, stripAnsi } from './python-error.js';

/** What running code came to: one model for every API version and every kind of pool. */
export interface ExecutionResult {
  /** The service's id of the execution. */
  readonly id?: string;
  /** `Failed` is a result, not an exception: the code raised, took too long or ran out of memory. */
  readonly status: 'NotStarted' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled';
  /** The last expression. Numbers stay numbers; a whole number beyond 2^53 is its exact digits, as text. */
  readonly value?: unknown;
  /** What was printed, without colour codes. */
  readonly stdout: string;
  /** Warnings and tracebacks, without colour codes. It may hold text although the code succeeded. */
  readonly stderr: string;
  /** The pictures that the code made; those in other formats are in `raw` alone. */
  readonly images: readonly ExecutionImage[];
  /** What was raised; only with status `Failed`. */
  readonly error?: ExecutionError;
  /** The exit code of a shell command. */
  readonly exitCode?: number;
  /** How long the code ran, in milliseconds, without the time to allocate the session. */
  readonly executionTimeMs?: number;
  /** The service's answer as it came, but for the session's identifier: that is a secret, and results end up in logs. */
  readonly raw: unknown;
}

const STATUSES: Readonly<Record<string, ExecutionResult['status']>> = Object.freeze({
  notstarted: 'NotStarted',
  running: 'Running',
  inprogress: 'Running',
  succeeded: 'Succeeded',
  success: 'Succeeded',
  failed: 'Failed',
  failure: 'Failed',
  canceled: 'Canceled',
  cancelled: 'Canceled',
});

/**
 * Reads the answer to an execution that had `timeoutInSeconds`, in the flat form of the current versions or the wrapped
 * form of the older ones.
 *
 * @throws SessionsError `invalid_response` for anything else.
 */
export function readExecutionResult(raw: unknown, timeoutInSeconds?: number): ExecutionResult {
  const parts = partsOf(raw);
  if (parts === undefined) throw unreadable('it is no JSON object');
  return assemble({ ...parts, raw, timeoutInSeconds });
}

/** How many pictures of a result are in a format that is not known. */
export function countUnknownImages({ raw, images }: ExecutionResult): number {
  const value = partsOf(raw)?.value;
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value];
  return candidates.filter(holdsEncodedBytes).length - images.length;
}

interface AnswerParts {
  readonly outer: JsonFields;
  readonly details: JsonFields;
  readonly value: unknown;
}

function partsOf(raw: unknown): AnswerParts | undefined {
  const body = asFields(raw);
  const wrapped = asFields(body?.['properties']);
  const outer = wrapped ?? body;
  if (outer === undefined) return undefined;
  const inner = asFields(outer['result']);
  // In the wrapped form `result` is the value itself, which may be an object too: a picture.
  const details = wrapped === undefined && inner && !holdsEncodedBytes(inner) ? inner : outer;
  const value = details === outer ? (outer['result'] ?? outer['executionResult']) : details['executionResult'];
  return { outer, details, value };
}

interface Answer extends AnswerParts {
  readonly raw: unknown;
  readonly timeoutInSeconds: number | undefined;
}

function assemble({ raw, outer, details, value, timeoutInSeconds }: Answer): ExecutionResult {
  const { status, exitCode } = readStatus(outer['status']);
  const id = asText(outer['id']);
  const stderr = stripAnsi(asText(details['stderr']) ?? '');
  const images = readImages(value);
  const executionTimeMs = asNumber(details['executionTimeInMilliseconds']);
  const hasValue = value !== undefined && value !== '' && !images && !holdsEncodedBytes(value);
  return {
    status,
    stdout: stripAnsi(asText(details['stdout']) ?? ''),
    stderr,
    images: images ?? [],
    ...(id === undefined ? {} : { id }),
    ...(hasValue ? { value } : {}),
    ...(status === 'Failed' ? { error: readFailure(outer, stderr, { exitCode, timeoutInSeconds }) } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(executionTimeMs === undefined ? {} : { executionTimeMs }),
    raw: withoutIdentifier(raw),
  };
}

/** Current versions give it at the top, older ones among the properties. */
function withoutIdentifier(raw: unknown): unknown {
  const { properties, identifier: _, ...rest } = asFields(raw) ?? {};
  const wrapped = asFields(properties);
  if (wrapped === undefined) return properties === undefined ? rest : { ...rest, properties };
  const { identifier: __, ...inner } = wrapped;
  return { ...rest, properties: inner };
}

function readStatus(status: unknown): { status: ExecutionResult['status']; exitCode?: number } {
  const text = asText(status) ?? (asNumber(status) === undefined ? undefined : String(status));
  if (text === undefined) throw unreadable('it has no `status`');
  if (/^-?\d+$/.test(text)) return { status: Number(text) === 0 ? 'Succeeded' : 'Failed', exitCode: Number(text) };
  const known = Object.hasOwn(STATUSES, text.toLowerCase()) ? STATUSES[text.toLowerCase()] : undefined;
  if (known === undefined) throw unreadable('its `status` is none that is known');
  return { status: known };
}

function readFailure(
  outer: JsonFields,
  stderr: string,
  { exitCode, timeoutInSeconds }: { exitCode: number | undefined; timeoutInSeconds: number | undefined },
): ExecutionError {
  const said = asFields(outer['error']);
  const envelope = asFields(said?.['error']) ?? said;
  if (stderr.trim() === '' && envelope) {
    const message = asText(envelope['message']) ?? '';
    return { name: asText(envelope['code']) ?? 'ExecutionFailed', message, traceback: message };
  }
  if (exitCode === undefined) return readExecutionError(stderr, timeoutInSeconds);
  return { name: 'ExitCode', message: `The command ended with exit code ${exitCode}.`, traceback: stderr.trim() };
}

function unreadable(why: string): SessionsError {
  return new SessionsError(
    'invalid_response',
    `The session pool's answer to the execution cannot be read: ${why}. The code may have run.`,
  );
}
