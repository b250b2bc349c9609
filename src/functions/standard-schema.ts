import { KernelError, messageOf, propertyOf } from '../errors.js';
import { problemsOfForms } from './schema-forms.js';
import { isRecord } from '../is-record.js';
import type { JsonSchema } from './invocation.js';
import { looksLikeName, shownName } from './names.js';

/** The part of Standard Schema (https://standardschema.dev) that is used here: zod, arktype and valibot implement it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value; a promise is awaited. */
    readonly validate: (value: unknown) => unknown;
    readonly jsonSchema?: unknown;
    // `undefined` is for callers with `exactOptionalPropertyTypes`: the libraries declare it.
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a Standard Schema made of a value. */
export type StandardOutcome =
  | { readonly type: 'valid'; readonly value: unknown }
  | { readonly type: 'invalid'; readonly issues: readonly string[] };

// Models' services understand draft-07 best; some schema libraries export only the later draft.
const TARGETS = ['draft-07', 'draft-2020-12'] as const;

/** Whether `value` is a Standard Schema; arktype's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

/**
 * The JSON Schema of what a Standard Schema takes in.
 * @throws KernelError `invalid_metadata` if the schema cannot export one
 */
export function exportJsonSchema(schema: StandardSchema, owner: string): JsonSchema {
  const exporter = schema['~standard'].jsonSchema;
  const input: unknown = isRecord(exporter) ? exporter['input'] : undefined;
  if (typeof input !== 'function') throw noExporter(schema, owner);
  const failures: unknown[] = [];
  for (const target of TARGETS) {
    try {
      const exported: unknown = Reflect.apply(input, exporter, [{ target }]);
      if (isRecord(exported)) return exported;
    } catch (error) {
      failures.push(error);
    }
  }
  throw cannotExport(schema, owner, failures[0]);
}

/** Runs a Standard Schema's own validation; its promise, if it gives one, is awaited. */
export async function validateStandard(schema: StandardSchema, value: unknown): Promise<StandardOutcome> {
  const outcome: unknown = await schema['~standard'].validate(value);
  // What is wrong may be a list and its own `issues`, as arktype has it.
  const issues = propertyOf(outcome, 'issues');
  if (Array.isArray(issues) && issues.length > 0)
    return { type: 'invalid', issues: issues.map((issue) => issueText(issue, value)) };
  return { type: 'valid', value: propertyOf(outcome, 'value') };
}

function noExporter(schema: StandardSchema, owner: string): KernelError {
  const vendor = schema['~standard'].vendor;
  const remedy =
    vendor === 'valibot'
      ? 'wrap it with `toStandardJsonSchema` from @valibot/to-json-schema'
      : 'use a schema library that exports JSON Schema (zod 4.2, arktype 2.1 or later)';
  const message = `${owner}: the ${vendor} schema in \`input\` does not export JSON Schema; ${remedy}, or give it in \`inputJsonSchema\`.`;
  return new KernelError('invalid_metadata', message);
}

/** The exporter says what of the schema JSON Schema has no word for. */
function cannotExport(schema: StandardSchema, owner: string, cause: unknown): KernelError {
  const reason = cause === undefined ? 'it gave none' : messageOf(cause);
  const message = `${owner}: the ${schema['~standard'].vendor} schema in \`input\` cannot be written as JSON Schema: ${reason}. Change it, or give the JSON Schema in \`inputJsonSchema\`.`;
  return new KernelError('invalid_metadata', message, { cause });
}

function issueText(issue: unknown, value: unknown): string {
  if (!isRecord(issue)) return 'arguments: is invalid';
  const path = pathOf(issue);
  return `${shownPath(path) || 'arguments'}: ${problemText(issue, path, value)}`;
}

/** Of a union zod's message says only that no form fits; what is wrong with each is in `errors`. */
function problemText(issue: Record<string, unknown>, path: readonly string[], value: unknown): string {
  const message = withoutQuotes(String(issue['message'] ?? 'is invalid'), path, value);
  const forms: readonly unknown[] = Array.isArray(issue['errors']) ? issue['errors'] : [];
  const problems = problemsOfForms(forms, issuesOf, (inner) => innerText(inner, path, value));
  return problems === '' ? message : `${message} (${problems})`;
}

function issuesOf(form: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(form) ? form.filter(isRecord) : [];
}

function innerText(issue: Record<string, unknown>, path: readonly string[], value: unknown): string {
  const inner = pathOf(issue);
  const text = problemText(issue, [...path, ...inner], value);
  return inner.length === 0 ? text : `${shownPath(inner)}: ${text}`;
}

function pathOf(issue: Record<string, unknown>): readonly string[] {
  const segments = Array.isArray(issue['path']) ? issue['path'] : [];
  return segments.map((segment: unknown) => String(isRecord(segment) ? segment['key'] : segment));
}

function shownPath(path: readonly string[]): string {
  return path.map(shownName).join('.');
}

/** Some libraries say what they were given, which may be a model's code: no error repeats that. */
function withoutQuotes(message: string, path: readonly string[], value: unknown): string {
  const texts = [...oddNames(path), ...textsOf(path.reduce<unknown>(propertyOf, value))];
  return texts.reduce(
    (text, quoted) => text.replaceAll(JSON.stringify(quoted), '"…"').replaceAll(`"${quoted}"`, '"…"'),
    message,
  );
}

/** What there is to quote of a value: itself, or names in it that look like none. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  // The places of a list are no names; there may be as many wrong entries as there are places.
  return isRecord(value) ? oddNames(Object.keys(value)) : [];
}

function oddNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => !looksLikeName(name));
}
