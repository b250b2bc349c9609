import { isRecord } from '../is-record.js';

/** What the body of a refusal says, whichever of its many forms it has. */
export interface ErrorBody {
  readonly form: 'json' | 'text' | 'html' | 'empty';
  readonly code?: string;
  readonly message?: string;
  readonly traceId?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Longer texts are pages, dumps or traps: nothing of them is repeated. */
const LONGEST_BODY = 1_000_000;

/** Reads the service's error envelope, problem details, an OAuth error, a plain text, a page or nothing. */
export function readErrorBody(text: string): ErrorBody {
  const trimmed = text.trim();
  if (trimmed === '') return { form: 'empty' };
  if (/^<(!doctype|html|head|body|\?xml)/i.test(trimmed)) return { form: 'html' };
  if (trimmed.length > LONGEST_BODY) return { form: 'text' };
  const parsed = parse(trimmed);
  if (typeof parsed === 'string') return { form: 'text', message: parsed };
  if (!isRecord(parsed)) return { form: 'text', message: trimmed };
  return { form: 'json', ...readJsonBody(parsed) };
}

function readJsonBody(body: Fields): Omit<ErrorBody, 'form'> {
  const envelope = isRecord(body['error']) ? body['error'] : undefined;
  const nested = envelope && isRecord(envelope['error']) ? envelope['error'] : envelope;
  const source = nested ?? body;
  const code = [source['code'], body['error'], body['code']].find(isCode);
  const details = [...listedDetails(source['details']), ...fieldProblems(body['errors'])].join(' ');
  const main = firstText(
    source['message'],
    body['error_description'],
    body['detail'],
    body['title'],
    body['Message'],
    body['error'],
  );
  const message = [main === code ? undefined : main, details].filter(Boolean).join(' ');
  const traceId = firstText(source['traceId'], body['traceId']);
  return {
    ...(code === undefined ? {} : { code }),
    ...(message === '' ? {} : { message }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

function listedDetails(details: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(details) ? details.slice(0, 5) : [];
  return list.flatMap((detail) => (isRecord(detail) ? (firstText(detail['message']) ?? []) : []));
}

function fieldProblems(errors: unknown): string[] {
  if (!isRecord(errors)) return [];
  return Object.entries(errors)
    .slice(0, 5)
    .map(([field, problems]) => {
      const shown = (Array.isArray(problems) ? problems : [problems]).filter(isShown);
      return shown.length === 0 ? field : `${field}: ${shown.map(String).join(' ')}`;
    });
}

/** An object may well have no text of its own: JSON can give it a `toString` that is no function. */
function isShown(problem: unknown): boolean {
  return typeof problem !== 'object';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstText(...candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    if (typeof candidate === 'string' && candidate.trim() !== '') return candidate;
  }
  return undefined;
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value);
}
