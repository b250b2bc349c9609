/** An answer that is an error: what the service would say, as far as it is known. */
export class ServiceFailure extends Error {
  readonly status: number;
  readonly code: ServiceErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ServiceErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ServiceFailure';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The first four were seen in the wild; the others are guesses, kept in this one place. */
export type ServiceErrorCode =
  | 'SessionPropertiesMissing'
  | 'SessionRequestValidationFailed'
  | 'SessionRequestNotSupported'
  | 'SessionWithIdentifierNotFound'
  | 'Unauthorized'
  | 'Forbidden'
  | 'FileNotFound'
  | 'ExecutionNotFound'
  | 'SessionPoolNotFound'
  | 'RequestEntityTooLarge'
  | 'TooManySessions'
  | 'IssuerUnavailable'
  | 'RequestTimeout'
  | 'RequestHeadersTooLarge'
  | 'InternalServerError';

/** Seen in the wild: 400, where one would expect 404. */
export function noSession(): ServiceFailure {
  return new ServiceFailure(400, 'SessionWithIdentifierNotFound', 'There is no session of this identifier.');
}

/** Something in the request is wrong. */
export function invalidRequest(message: string): ServiceFailure {
  return new ServiceFailure(400, 'SessionRequestValidationFailed', message);
}
