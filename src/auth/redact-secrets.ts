import { isNativeError } from 'node:util/types';
import { propertyOf } from '../errors.js';
import { QuoteFinder } from './quote-finder.js';
import { unescapedForms } from './unescape.js';

/** What stands for a secret. */
export const REDACTED = '[redacted]';

/** Shorter values would blot out ordinary words of a message. */
const SHORTEST_SECRET = 4;

/** Shorter words that look like Base64 of JSON are none. */
const SHORTEST_BASE64 = 20;

/** How much longer a character gets by the longest of its escapes. */
const LONGEST_ESCAPE = 6;

/** Of longer texts only the beginning is looked at: nobody reads on, and each known secret is searched for in all of it. */
const LONGEST_TEXT = 10_000;

/** Errors may be their own causes. */
const MOST_CAUSES = 5;

const ADJOINING = /(?:\[redacted\]){2,}/g;

// Each shape takes all that it looks at, found or not: one that gave back what it read would take the square of the length.
const SECRET_SHAPES: readonly ((text: string) => string)[] = [
  // The word after "Bearer" is taken for a token only if it does not look like an ordinary one.
  (text) => text.replace(/\bBearer\s+(?=\S*(?:[\d_~+/=]|[.-]\w))[^\s"',;]+/gi, `Bearer ${REDACTED}`),
  (text) =>
    // The signs of Base64 are escaped by URLs and by JSON.
    text.replace(/\beyJ(?:[\w+/=-]|(?:%|\\u00)(?:2[BbFf]|3[Dd])|\\\/){5,}((?:\.[\w-]*){0,4})/g, (token, rest: string) =>
      rest === '' && token.length < SHORTEST_BASE64 ? token : REDACTED,
    ),
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
 * Takes secrets out of a text that comes from outside: the ones named, whatever looks like a token, a credential or a query
 * string, and what it quotes of the user's texts, by the rules of {@link QuoteFinder}. Escapes of URLs, forms, JSON and HTML
 * hide none of them: a text that holds one in an escaped form is given back without its escapes. What is beyond the first
 * 10,000 characters is left out.
 */
export function redactSecrets(
  text: string,
  secrets: readonly string[] = [],
  userTexts: readonly string[] = [],
): string {
  const start = text.slice(0, LONGEST_TEXT);
  const known = new Set(secrets.flatMap(writtenForms).filter((form) => form.trim().length >= SHORTEST_SECRET));
  const longestFirst = [...known].sort((left, right) => right.length - left.length);
  const cleaned = redactForms(start, longestFirst, userTexts);
  if (start.length === text.length) return cleaned;
  // The cut may go through a secret, whose beginning alone is not known as one.
  return `${cleaned.slice(0, Math.max(0, cleaned.length - longestEscaped(longestFirst)))}…`;
}

/**
 * A copy of an error that is safe to keep as a `cause`: its name, its `code`, its redacted message, where it was raised and
 * the errors that caused it, and no other property, since errors of HTTP libraries carry requests and headers. Never throws,
 * whatever the error is made of.
 */
export function redactedCause(error: unknown, secrets: readonly string[] = []): Error {
  return copyOfError(error, secrets, MOST_CAUSES);
}

/** The message of whatever was thrown, on one line and redacted. Never throws. */
export function redactedMessage(error: unknown, secrets: readonly string[] = []): string {
  const message = isError(error) ? textOf(error, 'message') || nameOf(error) : describeThrown(error);
  return redactSecrets(message, secrets).replace(/\s+/g, ' ').trim();
}

function copyOfError(error: unknown, secrets: readonly string[], causesLeft: number): Error {
  if (!isError(error)) return new Error(redactSecrets(describeThrown(error), secrets));
  const copy = new Error(redactSecrets(textOf(error, 'message'), secrets));
  Object.defineProperty(copy, 'name', { value: redactSecrets(nameOf(error), secrets) });
  const frames = textOf(error, 'stack')
    .split('\n')
    .filter((line) => /^\s+at \S/.test(line));
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames.map((frame) => redactSecrets(frame, secrets))].join('\n');
  const code = textOf(error, 'code');
  if (code !== '') Object.defineProperty(copy, 'code', { value: redactSecrets(code, secrets) });
  const cause = propertyOf(error, 'cause');
  if (isError(cause) && causesLeft > 0) copy.cause = copyOfError(cause, secrets, causesLeft - 1);
  return copy;
}

/** Errors of another realm, such as those of Node in a test runner that has its own, are errors too. */
function isError(thrown: unknown): thrown is Error {
  try {
    return isNativeError(thrown) || thrown instanceof Error;
  } catch {
    return false;
  }
}

function nameOf(error: Error): string {
  return textOf(error, 'name') || 'Error';
}

/** Empty where it is something else, which a message or a stack can be as well as a name. */
function textOf(error: Error, key: 'name' | 'message' | 'stack' | 'code'): string {
  const value = propertyOf(error, key);
  return typeof value === 'string' ? value : '';
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : `a thrown value of type ${thrown === null ? 'null' : typeof thrown}`;
}

/** Of a text as it stands and of the plainest form of it, the one that has to be redacted. */
function redactForms(text: string, secrets: readonly string[], userTexts: readonly string[]): string {
  const asItStands = redactKnown(text, secrets);
  const plainest = unescapedForms(asItStands).at(-1) ?? asItStands;
  if (plainest !== asItStands) {
    const redacted = redactQuotations(redactKnown(plainest, secrets), userTexts);
    if (redacted !== plainest) return redacted;
  }
  return redactQuotations(asItStands, userTexts);
}

function redactKnown(text: string, secrets: readonly string[]): string {
  const withoutSecrets = secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, REDACTED), text);
  return SECRET_SHAPES.reduce((cleaned, withoutShape) => withoutShape(cleaned), withoutSecrets);
}

function redactQuotations(text: string, userTexts: readonly string[]): string {
  if (userTexts.length === 0) return text;
  const finder = new QuoteFinder(text);
  if (finder.mayQuote) userTexts.flatMap(unescapedForms).forEach((source) => finder.search(source));
  let end = 0;
  const parts = finder.quotations().map((quotation) => {
    const before = text.slice(end, quotation.start);
    end = quotation.end;
    return before + REDACTED;
  });
  return (parts.join('') + text.slice(end)).replace(ADJOINING, REDACTED);
}

/** A secret itself may look as if it were escaped; a plus and a blank are the same in a form; and services change the case of ids. */
function writtenForms(secret: string): string[] {
  return unescapedForms(secret)
    .flatMap((form) => [form, form.replaceAll(' ', '+'), form.replaceAll('+', ' ')])
    .flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()]);
}

function longestEscaped(secrets: readonly string[]): number {
  return Math.max(0, ...secrets.map((secret) => secret.replace(/[^\w.-]/g, '#'.repeat(LONGEST_ESCAPE)).length));
}
