import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';

// What strict schema adherence does not take (OpenAI, structured outputs, "Supported schemas").
const UNSUPPORTED = new Set([
  'default',
  'examples',
  '$schema',
  'unevaluatedProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
]);

const rewritten = new WeakMap<JsonSchema, JsonSchema>();

/**
 * Rewrites a schema for strict adherence: every property required, optional ones nullable, objects closed, unsupported
 * keywords removed. The `null` that a model then sends for an optional parameter counts as absent.
 */
export function strictParameters(schema: JsonSchema): JsonSchema {
  const known = rewritten.get(schema);
  if (known !== undefined) return known;
  const strict = rewrite(schema) as JsonSchema;
  rewritten.set(schema, strict);
  return strict;
}

function rewrite(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rewrite);
  if (!isRecord(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !UNSUPPORTED.has(keyword));
  const result = Object.fromEntries(kept.map(([keyword, value]) => [keyword, rewriteKeyword(keyword, value)]));
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

// Only where schemas stand: `enum`, `const` and the like hold values.
function rewriteKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'items':
    case 'anyOf':
    case 'allOf':
    case 'oneOf':
    case 'not':
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
