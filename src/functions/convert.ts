import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';

/**
 * Converts what a model sent to what the schema asks for where nothing can be lost: `"3"` to 3, `"true"` to true, a
 * number or boolean to text, JSON text to an array or object. Anything else is left for the check to complain about.
 * `null` for an optional property that may not be null counts as absent.
 */
export function convert(value: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return value;
  // Most values are what is asked for.
  if (typeof value !== 'object' && typeof value === schema['type']) return value;
  const types = typesOf(schema);
  const converted =
    types.length === 0 || types.some((type) => hasType(value, type)) ? value : firstConversion(value, types);
  if (Array.isArray(converted)) return mapItems(converted, schema, convert);
  return isPlainObject(converted) ? mapProperties(converted, schema, convert) : converted;
}

/** Takes the `null` of optional properties that may not be null for absent, and converts nothing. */
export function withoutNulls(value: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return value;
  if (Array.isArray(value)) return mapItems(value, schema, withoutNulls);
  return isPlainObject(value) ? mapProperties(value, schema, withoutNulls) : value;
}

/** Whether a schema lets null through, as far as its own keywords say; one that says nothing does. */
export function allowsNull(schema: unknown): boolean {
  if (!isRecord(schema)) return true;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  const forms = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(forms)) return forms.some(allowsNull);
  const types = typesOf(schema);
  return types.length === 0 ? !('const' in schema) : types.includes('null');
}

type Mapping = (value: unknown, schema: unknown) => unknown;

function mapItems(values: readonly unknown[], schema: JsonSchema, mapping: Mapping): unknown[] {
  return values.map((value) => mapping(value, schema['items']));
}

function mapProperties(
  values: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  mapping: Mapping,
): Record<string, unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const kept = Object.entries(values).filter(
    ([name, value]) =>
      value !== undefined &&
      (value !== null || required.includes(name) || !Object.hasOwn(properties, name) || allowsNull(properties[name])),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Object.hasOwn(properties, name) ? mapping(value, properties[name]) : value]),
  );
}

function firstConversion(value: unknown, types: readonly string[]): unknown {
  for (const type of types) {
    const converted = convertTo(value, type);
    if (converted !== undefined) return converted;
  }
  return value;
}

function convertTo(value: unknown, type: string): unknown {
  if (type === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined;
  if (type === 'number' || type === 'integer') return numberFrom(value, type);
  return type === 'array' || type === 'object' ? parsedAs(value, type) : undefined;
}

function numberFrom(text: string, type: string): number | undefined {
  const number = Number(text);
  // The text must come back: "1e400", "0x10", " 3" and digits past the precision are not the number they look like.
  const same = Number.isFinite(number) && String(number) === text;
  return same && hasType(number, type) ? number : undefined;
}

function parsedAs(text: string, type: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return hasType(parsed, type) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function typesOf(schema: JsonSchema): readonly string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === 'string');
  return [];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

// Not the instance of a class: a copy of its properties would not be one.
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
