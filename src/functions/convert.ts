import type { JsonSchema } from './invocation.js';

/**
 * Converts what a model sent to what the schema asks for where nothing can be lost: `"3"` to 3, `"true"` to true, a
 * number or boolean to text, JSON text to an array or object. Anything else is left for the check to complain about.
 * `null` for an optional property that may not be null counts as absent.
 */
export function convert(value: unknown, schema: unknown): unknown {
  if (!isObject(schema)) return value;
  const types = typesOf(schema);
  const converted =
    types.length === 0 || types.some((type) => hasType(value, type)) ? value : firstConversion(value, types);
  if (Array.isArray(converted)) return convertItems(converted, schema);
  return isObject(converted) ? convertProperties(converted, schema) : converted;
}

/** Whether the schema's own `type` lets null through; a schema without `type` does. */
export function allowsNull(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  const types = typesOf(schema);
  return types.length === 0 ? !('const' in schema) : types.includes('null');
}

function convertItems(values: readonly unknown[], schema: JsonSchema): unknown[] {
  const items = schema['items'];
  return isObject(items) ? values.map((value) => convert(value, items)) : [...values];
}

function convertProperties(values: Readonly<Record<string, unknown>>, schema: JsonSchema): Record<string, unknown> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const kept = Object.entries(values).filter(
    ([name, value]) =>
      value !== null || required.includes(name) || !Object.hasOwn(properties, name) || allowsNull(properties[name]),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Object.hasOwn(properties, name) ? convert(value, properties[name]) : value]),
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
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
