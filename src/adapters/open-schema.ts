import type { JsonSchema } from '../functions/invocation.js';
import { mapSubschemas } from '../functions/subschemas.js';

/**
 * Copies a schema, with `additionalProperties: {}` where an object takes anything. It says the same as `true` or
 * nothing; but the AI SDK, which closes every object of a Standard Schema, leaves a schema that stands there alone.
 */
export function openSchema(schema: JsonSchema): Record<string, unknown> {
  return open(structuredClone(schema));
}

function open(schema: JsonSchema): Record<string, unknown> {
  const copy = mapSubschemas(schema, open);
  const takesAnything = copy['additionalProperties'] === true || isFree(copy);
  return takesAnything ? { ...copy, additionalProperties: {} } : copy;
}

function isFree(schema: Record<string, unknown>): boolean {
  return schema['type'] === 'object' && !('properties' in schema) && !('additionalProperties' in schema);
}
