import type { JsonSchema } from '../functions/invocation.js';
import { formsOf, isCombined } from '../functions/schema-forms.js';
import { mapSubschemas, subschemasOf } from '../functions/subschemas.js';

/**
 * Copies a schema, with `additionalProperties: {}` where an object takes anything, and where several schemas describe one
 * object together, of which each would forbid what the others name. It says the same as `true` or nothing; but the AI SDK,
 * which closes every object of a Standard Schema, leaves a schema that stands there alone.
 */
export function openSchema(schema: JsonSchema): Record<string, unknown> {
  const copy = structuredClone(schema);
  return open(copy, new Set(sharingForms(copy, copy)));
}

/** The schemas that describe an object together with others. */
function sharingForms(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const below = subschemasOf(schema).flatMap((part) => sharingForms(part, root));
  return isSharing(schema) ? [...formsOf(schema, root), ...below] : below;
}

function open(schema: JsonSchema, sharing: ReadonlySet<JsonSchema>): Record<string, unknown> {
  const copy = mapSubschemas(schema, (part) => open(part, sharing));
  const takesAnything = copy['additionalProperties'] === true || isFree(copy) || (sharing.has(schema) && isOpen(copy));
  return takesAnything ? { ...copy, additionalProperties: {} } : copy;
}

/** With alternatives alone an object is described by one of them. */
function isSharing(schema: JsonSchema): boolean {
  return 'allOf' in schema || ('properties' in schema && isCombined(schema));
}

function isFree(schema: JsonSchema): boolean {
  return isOpen(schema) && !('properties' in schema);
}

function isOpen({ type, ...rest }: JsonSchema): boolean {
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return isObject && !('additionalProperties' in rest);
}
