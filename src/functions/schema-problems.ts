import { kindOf } from '../kind-of.js';
import type { JsonSchema } from './invocation.js';
import { KEYWORDS_OF_NAMED_SCHEMAS, SCHEMA_KEYWORDS } from './subschemas.js';
import { isRecord } from '../is-record.js';

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

const LISTS_OF_SCHEMAS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);

/**
 * What is wrong with how a schema is written, if anything is: the validator takes it as it is, and no value ever fits.
 *
 * @param where the way to it from the whole schema, for the messages
 */
export function schemaProblems(schema: unknown, where = ''): readonly string[] {
  if (typeof schema === 'boolean') return [];
  if (!isRecord(schema))
    return [`${where || 'it'} is ${shown(schema)} where a schema is needed, such as { type: 'string' }`];
  return [...keywordProblems(schema, where), ...partProblems(schema, where)];
}

function keywordProblems({ type, enum: values, required }: JsonSchema, where: string): readonly string[] {
  const problems: string[] = [];
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const unknown = type === undefined ? [] : types.filter((each) => !TYPES.includes(each));
  if (unknown.length > 0) {
    const known = TYPES.map((each) => `"${String(each)}"`).join(', ');
    problems.push(`${at(where, 'type')} is ${unknown.map(shown).join(', ')}, and has to be one of ${known}`);
  }
  if (values !== undefined && !Array.isArray(values))
    problems.push(`${at(where, 'enum')} is ${shown(values)} where a list of values is needed`);
  const isList = Array.isArray(required) && required.every((name) => typeof name === 'string');
  // Many write it into the property itself, as in draft 3, where it has no meaning.
  const isIgnored = typeof required === 'boolean' && type !== undefined && !types.includes('object');
  if (required !== undefined && !isIgnored && !isList)
    problems.push(`${at(where, 'required')} is ${shown(required)} where a list of names is needed`);
  return problems;
}

function partProblems(schema: JsonSchema, where: string): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const place = at(where, keyword);
    if (value === undefined) return [];
    if (KEYWORDS_OF_NAMED_SCHEMAS.has(keyword)) return mapProblems(value, place);
    if (!SCHEMA_KEYWORDS.has(keyword)) return [];
    const isList = LISTS_OF_SCHEMAS.has(keyword) || (keyword === 'items' && Array.isArray(value));
    return isList ? listProblems(value, place) : schemaProblems(value, place);
  });
}

function listProblems(schemas: unknown, where: string): readonly string[] {
  if (!Array.isArray(schemas)) return [`${where} is ${shown(schemas)} where a list of schemas is needed`];
  return schemas.flatMap((schema, index) => schemaProblems(schema, `${where}.${index}`));
}

function mapProblems(schemas: unknown, where: string): readonly string[] {
  if (!isRecord(schemas)) return [`${where} is ${shown(schemas)} where an object of schemas is needed`];
  // `dependencies` may name properties in place of a schema.
  const entries = Object.entries(schemas).filter(
    ([, schema]) => !where.endsWith('dependencies') || !Array.isArray(schema),
  );
  return entries.flatMap(([name, schema]) => schemaProblems(schema, `${where}.${name}`));
}

function at(where: string, keyword: string): string {
  return where === '' ? keyword : `${where}.${keyword}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : kindOf(value);
}
