import type { JsonSchema } from '../functions/invocation.js';

/**
 * Copies a schema, with `additionalProperties: {}` where an object takes anything. It says the same as `true` or
 * nothing; but the AI SDK, which closes every object of a Standard Schema, leaves a schema that stands there alone.
 */
export function openSchema(schema: JsonSchema): Record<string, unknown> {
  return visitObject(schema);
}

function visit(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(visit);
  return typeof value === 'object' && value !== null ? visitObject(value) : value;
}

function visitObject(schema: object): Record<string, unknown> {
  const copy = Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, visit(value)]));
  const takesAnything = copy['additionalProperties'] === true || isFree(copy);
  return takesAnything ? { ...copy, additionalProperties: {} } : copy;
}

function isFree(schema: Record<string, unknown>): boolean {
  return schema['type'] === 'object' && !('properties' in schema) && !('additionalProperties' in schema);
}
