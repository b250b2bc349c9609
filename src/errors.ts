/** What went wrong in the kernel; stable, to be compared with `error.code`. */
export type KernelErrorCode =
  | 'invalid_name'
  | 'duplicate_plugin'
  | 'invalid_metadata'
  | 'plugin_not_found'
  | 'function_not_found'
  | 'service_not_found'
  | 'invalid_arguments'
  | 'function_failed'
  | 'function_timeout'
  | 'service_failed'
  | 'invalid_response'
  | 'invalid_history'
  | 'filter_failed'
  | 'invalid_options'
  | 'depth_exceeded';

/** What went wrong between this program and the session pool; stable, to be compared with `error.code`. */
export type SessionsErrorCode =
  | 'invalid_options'
  | 'auth_failed'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'pool_full'
  | 'too_large'
  | 'invalid_request'
  | 'unsupported'
  | 'service_error'
  | 'invalid_response'
  | 'network'
  | 'timeout'
  | 'path_denied';

const FATAL_CODES: ReadonlySet<SessionsErrorCode> = new Set([
  'auth_failed',
  'unauthorized',
  'forbidden',
  'invalid_options',
]);

const KERNEL_BRAND = Symbol.for('dynamic-sessions-kernel.KernelError');
const SESSIONS_BRAND = Symbol.for('dynamic-sessions-kernel.SessionsError');
const FUNCTION_BRAND = Symbol.for('dynamic-sessions-kernel.FunctionError');

/** Raised by the kernel. `cause` is the original error where another one lies beneath. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;
  // Only declared, here and below: an error shows what it has, and nothing that is undefined.
  /** Facts for the program, such as `issues` for `invalid_arguments`. */
  declare readonly data?: Readonly<Record<string, unknown>>;

  constructor(
    code: KernelErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'KernelError';
    this.code = code;
    if (options.data !== undefined) this.data = options.data;
    brand(this, KERNEL_BRAND);
  }
}

/** Thrown by a function to tell the model something: `modelMessage` is what the model reads, nothing else of the error. */
export class FunctionError extends Error {
  readonly modelMessage: string;

  constructor(modelMessage: string, options: { cause?: unknown } = {}) {
    super(modelMessage, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'FunctionError';
    this.modelMessage = modelMessage;
    brand(this, FUNCTION_BRAND);
  }
}

/** What a `SessionsError` carries besides its code and message. */
export interface SessionsErrorDetails {
  /** The HTTP status, where the service answered. */
  readonly status?: number;
  /** `error.code` of the service's answer. */
  readonly serviceCode?: string;
  readonly traceId?: string;
  /** The `mise-correlation-id` header of the service's answer. */
  readonly correlationId?: string;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What the model is told; by default the message. Fatal errors never have one. */
  readonly modelMessage?: string;
  /** Already redacted: never an HTTP library's error. */
  readonly cause?: unknown;
}

/**
 * Raised when the session pool could not be reached or refused. Failing Python is not an error but a result.
 * Message and properties hold no token, session identifier or user code.
 */
export class SessionsError extends Error {
  readonly code: SessionsErrorCode;
  declare readonly status?: number;
  declare readonly serviceCode?: string;
  declare readonly traceId?: string;
  declare readonly correlationId?: string;
  declare readonly retryAfterMs?: number;
  /** Whether the application is at fault (auth, options): a kernel's run then rejects instead of telling the model. */
  readonly fatal: boolean;
  declare readonly modelMessage?: string;

  constructor(code: SessionsErrorCode, message: string, details: SessionsErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'SessionsError';
    this.code = code;
    this.fatal = FATAL_CODES.has(code);
    if (details.status !== undefined) this.status = details.status;
    if (details.serviceCode !== undefined) this.serviceCode = details.serviceCode;
    if (details.traceId !== undefined) this.traceId = details.traceId;
    if (details.correlationId !== undefined) this.correlationId = details.correlationId;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (!this.fatal) this.modelMessage = details.modelMessage ?? message;
    brand(this, SESSIONS_BRAND);
  }
}

/** Whether `error` is a `KernelError` of any copy of this package. */
export function isKernelError(error: unknown): error is KernelError {
  return hasBrand(error, KERNEL_BRAND);
}

/** Whether `error` is a `SessionsError` of any copy of this package. */
export function isSessionsError(error: unknown): error is SessionsError {
  return hasBrand(error, SESSIONS_BRAND);
}

/** Whether `error` is a `FunctionError` of any copy of this package. */
export function isFunctionError(error: unknown): error is FunctionError {
  return hasBrand(error, FUNCTION_BRAND);
}

/** The message of whatever was thrown; never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** A message without the full stop at its end, for a text that goes on. */
export function withoutFullStop(message: string): string {
  return message.replace(/[.\s]+$/, '');
}

/** A property of whatever was thrown; never throws itself. */
export function propertyOf(thrown: unknown, key: PropertyKey): unknown {
  try {
    return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, key) : undefined;
  } catch {
    return undefined;
  }
}

function brand(error: Error, symbol: symbol): void {
  Object.defineProperty(error, symbol, { value: true, enumerable: false });
}

function hasBrand(error: unknown, symbol: symbol): boolean {
  return propertyOf(error, symbol) === true;
}
