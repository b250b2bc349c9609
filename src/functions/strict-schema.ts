import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';
import { freezeSchema } from './json-schema.js';
import { ANNOTATIONS } from './plain-fit.js';

// What strict schema adherence does not take (OpenAI, structured outputs, "Supported schemas") and a schema can do without:
// arguments are checked against the whole schema.
const UNSUPPORTED = new Set([
  'default',
  'examples',
  '$schema',
  'patternProperties',
  'unevaluatedProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'uniqueItems',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
]);

const rewritten = new WeakMap<JsonSchema, JsonSchema>();

/**
 * Rewrites a schema for strict adherence: every property required, optional ones nullable, objects closed, `oneOf` become
 * `anyOf`, unsupported keywords removed. The `null` that a model then sends for an optional parameter counts as absent.
 */
export function strictParameters(schema: JsonSchema): JsonSchema {
  const known = rewritten.get(schema);
  if (known !== undefined) return known;
  const strict = freezeSchema(rewrite(schema) as JsonSchema);
  rewritten.set(schema, strict);
  return strict;
}

function rewrite(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(rewrite);
  if (!isRecord(given)) return given;
  const schema = withoutWrapping(given);
  const kept = Object.entries(schema).filter(([keyword]) => !UNSUPPORTED.has(keyword));
  const rewrittenKeywords = kept.map(([keyword, value]): [string, unknown] => [
    keyword === 'oneOf' && !('anyOf' in schema) ? 'anyOf' : keyword,
    rewriteKeyword(keyword, value),
  ]);
  const result = Object.fromEntries(rewrittenKeywords);
  if (!isRecord(schema['properties'])) return result;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = Object.entries(schema['properties']).map(([name, property]): [string, unknown] => [
    name,
    required.includes(name) ? rewrite(property) : nullable(rewrite(property)),
  ]);
  return {
    ...result,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

/** zod wraps a reference in `allOf`, so that words may stand beside it; here nothing may. */
function withoutWrapping(schema: JsonSchema): JsonSchema {
  const { allOf, ...words } = schema;
  const [only, ...others]: readonly unknown[] = Array.isArray(allOf) ? allOf : [];
  const isWrapping = others.length === 0 && Object.keys(words).every((keyword) => ANNOTATIONS.has(keyword));
  if (!isRecord(only) || !isWrapping) return schema;
  return '$ref' in only ? only : { ...only, ...words };
}

// Only where schemas stand: `enum`, `const` and the like hold values.
function rewriteKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'items':
    case 'anyOf':
    case 'allOf':
    case 'oneOf':
      return rewrite(value);
    case '$defs':
    case 'definitions':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, rewrite(schema)]))
        : value;
    default:
      return value;
  }
}

function nullable(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const { type, enum: values } = schema;
  if (type === undefined || 'const' in schema) return { anyOf: [schema, { type: 'null' }] };
  const types = Array.isArray(type) ? type : [type];
  const withNull = types.includes('null') ? types : [...types, 'null'];
  return {
    ...schema,
    type: withNull,
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
  };
}
