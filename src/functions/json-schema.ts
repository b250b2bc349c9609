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
  return (value) => {
    if (fits(value)) return [];
    const findings = findingsOf(validator, value);
    if (findings.length === 0) return [];
    const alternatives = findings.filter(isAlternative).map((error) => error.instanceLocation);
    const leaves = findings.filter((error) => isAlternative(error) || !isBelow(error, alternatives));
    return [...new Set(leaves.map(wording))];
  };
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
    return validator.validate(value).errors.filter((error) => !SUMMARIES.has(error.keyword));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return [{ instanceLocation: '#', keyword: '', keywordLocation: '#', error: `cannot be checked (${reason})` }];
  }
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

function isAlternative(error: OutputUnit): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf';
}

function isBelow(error: OutputUnit, locations: readonly string[]): boolean {
  return locations.some((location) => `${error.instanceLocation}/`.startsWith(`${location}/`));
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
    case 'anyOf':
    case 'oneOf':
      return `${path || 'arguments'}: matches none of the allowed forms`;
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
