import { type ApiVersion, isLegacy } from './api-versions.js';
import { invalidRequest, ServiceFailure } from './service-failure.js';

/** What a Shell pool is asked to run: a command line, or a program with its arguments. */
export interface ShellCommand {
  /** Empty where there are arguments. */
  readonly code: string;
  readonly args?: readonly string[];
  readonly stdin?: string;
}

// Measured on 2025-02-02-preview; in earlier versions there were no Shell pools.
const BEFORE_SHELL: ApiVersion = '2024-10-02-preview';
const WITH_STDIN: ApiVersion = '2025-10-02-preview';

/** Of the fields that belong to code, those that say how it is sent are let pass: Microsoft's own tutorial sends them. */
export function readShellCommand(fields: Readonly<Record<string, unknown>>, version: ApiVersion): ShellCommand {
  if (isLegacy(version) || version === BEFORE_SHELL) {
    throw new ServiceFailure(
      400,
      'SessionRequestNotSupported',
      'Shell execution is not supported in this api-version.',
    );
  }
  const { shellCommand, execCommandAndArgs } = fields;
  const stdin = version === WITH_STDIN ? readStdin(fields['stdin']) : {};
  if (shellCommand !== undefined && execCommandAndArgs !== undefined) {
    throw invalidRequest('The properties "shellCommand" and "execCommandAndArgs" exclude each other.');
  }
  if (isText(shellCommand)) return { code: shellCommand, ...stdin };
  if (Array.isArray(execCommandAndArgs) && isText(execCommandAndArgs[0]) && execCommandAndArgs.every(isPlain)) {
    return { code: '', args: execCommandAndArgs, ...stdin };
  }
  throw new ServiceFailure(
    400,
    'SessionPropertiesMissing',
    'This is a Shell pool: it needs "shellCommand", a text, or "execCommandAndArgs", a list of texts; not "code".',
  );
}

function readStdin(stdin: unknown): { stdin?: string } {
  if (stdin === undefined || stdin === null) return {};
  if (isPlain(stdin)) return { stdin };
  throw invalidRequest('The property "stdin" must be a text without NUL.');
}

function isText(value: unknown): value is string {
  return isPlain(value) && value !== '';
}

// The kernel ends arguments at a NUL.
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
