import { isRecord } from '../is-record.js';

/** An object of an answer, of which nothing is known yet. */
export type JsonFields = Readonly<Record<string, unknown>>;

/** Narrows a value of an answer to an object; a list is none. */
export function asFields(value: unknown): JsonFields | undefined {
  return isRecord(value) ? value : undefined;
}

/** A text of an answer, or undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number of an answer, or undefined. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A time of an answer, or undefined. */
export function asDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}
