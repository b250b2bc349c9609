import { problemsOfForms } from './schema-forms.js';
import { Validator, dereference } from '@cfworker/json-schema';
import type { OutputUnit, Schema, SchemaDraft } from '@cfworker/json-schema';
import type { JsonSchema } from './invocation.js';
import { ANNOTATIONS, plainFit } from './plain-fit.js';
import { subschemasOf } from './subschemas.js';
import { unknownName } from './unknown-name.js';

/** Says what is wrong with a value: one `<path>: <problem>` per finding, none when it is valid. */
export type JsonSchemaCheck = (value: unknown) => readonly string[];

// Findings that only repeat, for a parent, what is listed for the child.
const SUMMARIES = new Set([
  'properties',
  'items',
  'prefixItems',
  'additionalProperties',
  'unevaluatedProperties',
  'allOf',
  '$ref',
  'then',
  'else',
  'if',
]);

/**
 * Prepares the check of a schema.
 * @throws Error when the schema cannot be used (an unknown `$ref`, an invalid pattern)
 */
export function compileJsonSchema(schema: JsonSchema): JsonSchemaCheck {
  // The validator knows JSON only; where anything goes, functions and the like do too.
  if (Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword))) return () => [];
  checkParts(schema);
  // The validator annotates the schema it is given.
  const validator = new Validator(copySchema(schema), draftOf(schema), false);
  const fits = plainFit(schema);
  return (value) => (fits(value) ? [] : issuesIn(findingsOf(validator, value)));
}

/** The validator finds these only when a value leads it there: at the first call, where nobody can mend them. */
function checkParts(schema: JsonSchema): void {
  const root = copySchema(schema);
  const parts = dereference(root);
  // Not all of `parts`: what stands under a keyword that the validator does not know, such as `example`, is in there too.
  const reached = new Set<Schema | boolean>([root]);
  for (const part of reached) {
    if (typeof part === 'boolean') continue;
    const reference = part.__absolute_ref__ ?? part.$ref;
    const target = reference === undefined ? undefined : parts[reference];
    if (target !== undefined) reached.add(target);
    else if (reference !== undefined) throw new Error(`unknown $ref "${part.$ref}"`);
    const patterns = [part.pattern ?? '', ...Object.keys(part.patternProperties ?? {})];
    for (const pattern of patterns) new RegExp(pattern, 'u').test('');
    for (const subschema of subschemasOf(part)) reached.add(subschema);
  }
}

// The validator throws on names that cannot stand in a URI, and on values that are nested too deeply.
function findingsOf(validator: Validator, value: unknown): readonly OutputUnit[] {
  try {
    const { errors } = validator.validate(value);
    return errors.map(placed).filter((error) => !SUMMARIES.has(error.keyword));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return [{ instanceLocation: '#', keyword: '', keywordLocation: '#', error: `cannot be checked (${reason})` }];
  }
}

/** Of what a schema forbids altogether the validator repeats the place of the value: the schema's is in the finding before it. */
function placed(error: OutputUnit, index: number, errors: readonly OutputUnit[]): OutputUnit {
  if (error.keyword !== 'false') return error;
  return { ...error, keywordLocation: `${errors[index - 1]?.keywordLocation ?? '#'}/false` };
}

/** A deep, frozen copy: what is registered does not change afterwards. */
export function freezeSchema(schema: JsonSchema): JsonSchema {
  return deepFreeze(structuredClone(schema));
}

/** The copy of a schema that some code may write to. */
function copySchema(schema: JsonSchema): Schema {
  return structuredClone(schema) as Schema;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}

function draftOf(schema: JsonSchema): SchemaDraft {
  const named = String(schema['$schema'] ?? '');
  if (named.includes('draft-07')) return '7';
  if (named.includes('draft-04')) return '4';
  return named.includes('2019-09') ? '2019-09' : '2020-12';
}

/** What is wrong with the forms of an alternative comes right after it, and is said with it: one of them has to fit. */
function issuesIn(findings: readonly OutputUnit[]): readonly string[] {
  const outer: { readonly finding: OutputUnit; readonly inner: OutputUnit[] }[] = [];
  for (const finding of findings) {
    const last = outer.at(-1);
    if (last && isAlternative(last.finding) && isWithin(finding, last.finding)) last.inner.push(finding);
    else outer.push({ finding, inner: [] });
  }
  const issues = outer.map(({ finding, inner }) =>
    isAlternative(finding) ? alternativeWording(finding, inner) : wording(finding),
  );
  return [...new Set(issues)];
}

function isAlternative({ keyword }: OutputUnit): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

function isWithin(error: OutputUnit, { keywordLocation, instanceLocation }: OutputUnit): boolean {
  return (
    error.keywordLocation.startsWith(`${keywordLocation}/`) &&
    `${error.instanceLocation}/`.startsWith(`${instanceLocation}/`)
  );
}

function alternativeWording(alternative: OutputUnit, inner: readonly OutputUnit[]): string {
  const { instanceLocation, keywordLocation, error } = alternative;
  const path = pathOf(instanceLocation);
  const where = path || 'arguments';
  if (/\([1-9]\d* matches\)/.test(error)) return `${where}: matches more than one of the allowed forms`;
  const forms = new Map<string, OutputUnit[]>();
  for (const finding of inner) {
    const [form = ''] = finding.keywordLocation.slice(keywordLocation.length + 1).split('/', 1);
    const findings = forms.get(form);
    if (findings === undefined) forms.set(form, [finding]);
    else findings.push(finding);
  }
  const listed = problemsOfForms([...forms.values()], issuesIn, (issue) => issueFrom(issue, path));
  return `${where}: matches none of the allowed forms${listed === '' ? '' : ` (${listed})`}`;
}

/** An issue as it is said of a part: with the way to it from there. */
function issueFrom(issue: string, path: string): string {
  for (const start of [`${path || 'arguments'}: `, `${path}.`]) {
    if (issue.startsWith(start)) return issue.slice(start.length);
  }
  return issue;
}

function wording(error: OutputUnit): string {
  const path = pathOf(error.instanceLocation);
  const name = /"(.*)"\.$/s.exec(error.error)?.[1] ?? '';
  switch (error.keyword) {
    case 'required':
      return `${path === '' ? name : `${path}.${name}`}: is required`;
    case 'false':
      return unknownNameAt(error.instanceLocation);
    case 'type':
      return `${path || 'arguments'}: ${typeMismatch(error.error)}`;
    case 'enum':
      return `${path || 'arguments'}: must be one of ${/any of (.*)\.$/s.exec(error.error)?.[1] ?? 'the listed values'}`;
    default:
      return `${path || 'arguments'}: ${error.error.replace(/^Instance /, 'value ').replace(/\.$/, '')}`;
  }
}

function typeMismatch(text: string): string {
  const match = /^Instance type "(.*)" is invalid\. Expected "(.*)"\.$/.exec(text);
  if (match === null) return text;
  const [, received, expected = ''] = match;
  return `expected ${expected.replaceAll('", "', ' or ')}, received ${received}`;
}

function unknownNameAt(location: string): string {
  const path = segmentsOf(location);
  const name = path.pop();
  return name === undefined ? 'arguments: is not a parameter' : unknownName(name, path);
}

function pathOf(location: string): string {
  return segmentsOf(location).join('.');
}

function segmentsOf(location: string): string[] {
  return location
    .split('/')
    .slice(1)
    .map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
}
