import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';

// What says nothing about validity.
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$schema',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
]);
const FLAT_KEYWORDS = new Set(['type', 'properties', 'required', 'additionalProperties', ...ANNOTATIONS]);
const SCALARS = ['string', 'boolean', 'number', 'integer'] as const;

type Scalar = (typeof SCALARS)[number];

/**
 * Tells the commonest values by their types alone: where it says yes, a value is valid and there is nothing in it to
 * convert; where it says no, the validator decides. It knows strings, booleans and numbers, and objects that hold nothing
 * else.
 */
export function plainFit(schema: JsonSchema): (value: unknown) => boolean {
  const scalar = scalarOf(schema);
  if (scalar !== undefined) return (value) => isOfType(value, scalar);
  const { properties, required = [], additionalProperties = false } = schema;
  const isFlat =
    schema['type'] === 'object' &&
    Object.keys(schema).every((keyword) => FLAT_KEYWORDS.has(keyword)) &&
    typeof additionalProperties === 'boolean';
  if (!isFlat || !isRecord(properties) || !Array.isArray(required)) return () => false;
  const types = new Map(Object.entries(properties).map(([name, property]) => [name, scalarOf(property)]));
  return (value) => isRecord(value) && fits(value, types, required);
}

function fits(
  values: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, Scalar | undefined>,
  required: readonly string[],
): boolean {
  for (const name of required) {
    if (!Object.hasOwn(values, name)) return false;
  }
  for (const name of Object.keys(values)) {
    const type = types.get(name);
    if (type === undefined || !isOfType(values[name], type)) return false;
  }
  return true;
}

function scalarOf(schema: unknown): Scalar | undefined {
  if (!isRecord(schema)) return undefined;
  const isPlain = Object.keys(schema).every((keyword) => keyword === 'type' || ANNOTATIONS.has(keyword));
  return isPlain ? SCALARS.find((scalar) => scalar === schema['type']) : undefined;
}

function isOfType(value: unknown, type: Scalar): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}
