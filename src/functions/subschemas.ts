import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';

// Where schemas stand in a schema. Everything else, such as `enum`, `const`, `default` and `examples`, holds values, which
// may look like schemas.
export const SCHEMA_KEYWORDS: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'contentSchema',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
]);
export const KEYWORDS_OF_NAMED_SCHEMAS: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
]);

/** Copies a schema, with something else for each schema that stands directly in it. */
export function mapSubschemas(schema: JsonSchema, map: (subschema: JsonSchema) => unknown): Record<string, unknown> {
  const mapOne = (value: unknown): unknown => (isRecord(value) ? map(value) : value);
  const mapped = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (SCHEMA_KEYWORDS.has(keyword)) return [keyword, Array.isArray(value) ? value.map(mapOne) : mapOne(value)];
    if (!KEYWORDS_OF_NAMED_SCHEMAS.has(keyword) || !isRecord(value)) return [keyword, value];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapOne(each)]))];
  });
  return Object.fromEntries(mapped);
}

/** The schemas that stand directly in a schema. */
export function subschemasOf(schema: JsonSchema): readonly JsonSchema[] {
  const found: JsonSchema[] = [];
  mapSubschemas(schema, (subschema) => found.push(subschema));
  return found;
}
