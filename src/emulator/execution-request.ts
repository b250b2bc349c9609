import { type ApiVersion, isLegacy } from './api-versions.js';
import type { PoolKind } from './pool-kind.js';
import { isRecord } from '../is-record.js';
import { invalidRequest, ServiceFailure } from './service-failure.js';
import { SESSION_LIMITS } from './session-limits.js';
import { readShellCommand } from './shell-command.js';

/** What a request asks to be run, and how. */
export interface ExecutionRequest {
  readonly poolKind: PoolKind;
  readonly code: string;
  /** In a Shell pool, a program with its arguments in place of the code. */
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly executionType: string;
  readonly asynchronous: boolean;
  readonly timeoutMs: number;
  /** Of each output stream: in bytes in a Shell pool, in characters elsewhere. */
  readonly maxOutput: number;
  readonly jupyterFormat: boolean;
}

const INPUT_TYPES: ReadonlySet<string> = new Set(['inline', 'inlinetext', 'inlinebase64']);
const EXECUTION_TYPES: ReadonlySet<string> = new Set(['synchronous', 'asynchronous']);

/** `maxSeconds` caps what is asked for, as the service does. */
export function readExecutionRequest(
  body: Readonly<Record<string, unknown>>,
  version: ApiVersion,
  maxSeconds: number,
  poolKind: PoolKind = 'PythonLTS',
): ExecutionRequest {
  const fields = isLegacy(version) ? body['properties'] : body;
  if (!isRecord(fields)) throw missing('The request body must have an object "properties" in this api-version.');
  const command = poolKind === 'Shell' ? readShellCommand(fields, version) : { code: readCode(fields, version) };
  const inputType = oneOf(fields, 'codeInputType', INPUT_TYPES, 'Inline');
  const executionType = oneOf(fields, 'executionType', EXECUTION_TYPES, 'Synchronous');
  // `useEmptyKernel` is taken and has no effect: it asks for a kernel without preloaded libraries, and none are preloaded here.
  const newest = version === '2025-10-02-preview';
  const seconds = wholeNumber(fields, 'timeoutInSeconds') ?? maxSeconds;
  const maxOutput = newest ? wholeNumber(fields, 'outputStreamsMaxLength') : undefined;
  return {
    poolKind,
    ...command,
    ...(inputType.toLowerCase() === 'inlinebase64' && { code: decode(command.code) }),
    executionType,
    asynchronous: executionType.toLowerCase() === 'asynchronous' && !isLegacy(version),
    timeoutMs: Math.min(seconds, maxSeconds) * 1000,
    maxOutput: Math.min(maxOutput ?? SESSION_LIMITS.defaultOutputCharacters, SESSION_LIMITS.maxOutputCharacters),
    jupyterFormat: newest && fields['returnJupyterFormatExecutionResult'] === true,
  };
}

function readCode(fields: Readonly<Record<string, unknown>>, version: ApiVersion): string {
  const { code } = fields;
  if (typeof code === 'string' && code !== '') return code;
  throw missing(missingCodeText(fields, version));
}

function missingCodeText(fields: Readonly<Record<string, unknown>>, version: ApiVersion): string {
  if ('shellCommand' in fields || 'execCommandAndArgs' in fields) {
    return 'This pool runs "code", not shell commands.';
  }
  const wrapped = !isLegacy(version) && isRecord(fields['properties']);
  return wrapped
    ? 'The property "code" is missing: this api-version takes it at the top of the body, not inside "properties".'
    : 'The property "code" is missing or empty.';
}

/** Throws unless it is Base64 in the standard alphabet, in which lines may be broken: other code than was meant would run. */
function decode(code: string): string {
  const encoded = code.replace(/\s+/g, '');
  const bytes = Buffer.from(encoded, 'base64');
  try {
    if (bytes.toString('base64') === encoded) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Falls through: bytes that are no text.
  }
  throw invalidRequest('With the code input type "InlineBase64", the code must be UTF-8 text in Base64, with padding.');
}

function missing(message: string): ServiceFailure {
  return new ServiceFailure(400, 'SessionPropertiesMissing', message);
}

function oneOf(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  allowed: ReadonlySet<string>,
  otherwise: string,
): string {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'string' && allowed.has(value.toLowerCase())) return value;
  throw invalidRequest(`The property "${name}" must be one of ${[...allowed].join(', ')}, in any case of letters.`);
}

function wholeNumber(fields: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw invalidRequest(`The property "${name}" must be a whole number above 0.`);
}
