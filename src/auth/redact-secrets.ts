const REDACTED = '[redacted]';

/** Shorter values would blot out ordinary words of a message. */
const SHORTEST_SECRET = 4;

/** Of longer texts only the beginning is looked at: nobody reads on, and each known secret is searched for in all of it. */
const LONGEST_TEXT = 10_000;

// Each shape takes all that it looks at, found or not: one that gave back what it read would take the square of the length.
const SECRET_SHAPES: readonly ((text: string) => string)[] = [
  // The word after "Bearer" is taken for a token only if it does not look like an ordinary one.
  (text) => text.replace(/\bBearer\s+(?=\S*(?:[\d_~+/=]|[.-]\w))[^\s"',;]+/gi, `Bearer ${REDACTED}`),
  (text) => text.replace(/\beyJ[\w-]{5,}((?:\.[\w-]*){0,4})/g, (jwt, rest: string) => (rest === '' ? jwt : REDACTED)),
  (text) =>
    text.replace(/(https?:\/\/[^\s?#"'<>]*)(\?[^\s"'<>]*)?/gi, (url, address: string, query?: string) =>
      query === undefined ? url : `${address}?${REDACTED}`,
    ),
  (text) =>
    text.replace(
      /\b(client_secret|client_assertion|assertion|password|access_token|refresh_token|id_token|api_key|sig)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
      `$1$2${REDACTED}`,
    ),
];

/**
 * Takes secrets out of a text that comes from outside: the ones named, in every form in which a URL, a form or a JSON
 * text would carry them, and whatever looks like a token, a credential or a query string. What is beyond the first
 * 10,000 characters is left out.
 */
export function redactSecrets(text: string, secrets: readonly string[] = []): string {
  const start = text.slice(0, LONGEST_TEXT);
  const known = new Set(secrets.flatMap(writtenForms).filter((form) => form.length >= SHORTEST_SECRET));
  const longestFirst = [...known].sort((left, right) => right.length - left.length);
  const withoutKnown = longestFirst.reduce((cleaned, secret) => cleaned.replaceAll(secret, REDACTED), start);
  const cleaned = SECRET_SHAPES.reduce((redacted, withoutShape) => withoutShape(redacted), withoutKnown);
  if (start.length === text.length) return cleaned;
  // The cut may go through a secret, whose beginning alone is not known as one.
  return `${cleaned.slice(0, Math.max(0, cleaned.length - (longestFirst[0] ?? '').length))}…`;
}

/**
 * A copy of an error that is safe to keep as a `cause`: its name, its `code`, its redacted message and where it was
 * raised, and no other property, since errors of HTTP libraries carry requests and headers.
 */
export function redactedCause(error: unknown, secrets: readonly string[] = []): Error {
  if (!(error instanceof Error)) return new Error(redactSecrets(describeThrown(error), secrets));
  const copy = new Error(redactSecrets(error.message, secrets));
  Object.defineProperty(copy, 'name', { value: redactSecrets(error.name, secrets) });
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at \S/.test(line));
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames.map((frame) => redactSecrets(frame, secrets))].join('\n');
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') Object.defineProperty(copy, 'code', { value: redactSecrets(code, secrets) });
  return copy;
}

/** The message of whatever was thrown, on one line and redacted. */
export function redactedMessage(error: unknown, secrets: readonly string[] = []): string {
  const message = error instanceof Error ? error.message || error.name : describeThrown(error);
  return redactSecrets(message, secrets).replace(/\s+/g, ' ').trim();
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : `a thrown value of type ${thrown === null ? 'null' : typeof thrown}`;
}

function writtenForms(secret: string): string[] {
  const wellFormed = secret.replace(/\p{Surrogate}/gu, '\uFFFD');
  const encoded = encodeURIComponent(wellFormed);
  return [secret, encoded, encoded.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1)];
}
