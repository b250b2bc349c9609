import { isRecord } from '../is-record.js';
import type { JsonSchema } from './invocation.js';
import { behindReference, formsOf, isCombined } from './schema-forms.js';

/**
 * Converts what a model sent to what the schema asks for where nothing can be lost: `"3"` to 3, `"true"` to true, a
 * number or boolean to text, JSON text to an array or object. Anything else is left for the check to complain about.
 * `null` for an optional property that may not be null counts as absent.
 */
export function convert(value: unknown, schema: unknown): unknown {
  return mapped(value, schema, convertPart);
}

/** Takes the `null` of optional properties that may not be null for absent, and converts nothing. */
export function withoutNulls(value: unknown, schema: unknown): unknown {
  return mapped(value, schema, dropNulls);
}

/** Whether a schema lets null through, as far as its own keywords say; one that says nothing does. */
export function allowsNull(schema: unknown, root: unknown = schema): boolean {
  if (!isRecord(schema)) return true;
  const asked = '$ref' in schema && isRecord(root) ? behindReference(schema, root) : schema;
  const { allOf } = asked;
  if (Array.isArray(allOf) && !allOf.every((form) => allowsNull(form, root))) return false;
  if (Array.isArray(asked['enum'])) return asked['enum'].includes(null);
  const forms = asked['anyOf'] ?? asked['oneOf'];
  if (Array.isArray(forms)) return forms.some((form) => allowsNull(form, root));
  const types = typesOf(asked);
  return types.length === 0 ? !('const' in asked) : types.includes('null');
}

type Mapping = (value: unknown, schema: unknown, root: JsonSchema) => unknown;

function mapped(value: unknown, schema: unknown, mapping: Mapping): unknown {
  if (!isRecord(schema)) return value;
  try {
    return mapping(value, schema, schema);
  } catch (error) {
    // Nested too deeply for a schema that refers to itself; the check says so.
    if (error instanceof RangeError) return value;
    throw error;
  }
}

function convertPart(value: unknown, schema: unknown, root: JsonSchema): unknown {
  if (!isRecord(schema)) return value;
  // Most values are what is asked for.
  if (typeof value !== 'object' && typeof value === schema['type']) return value;
  const types = typesOf('type' in schema || !('$ref' in schema) ? schema : behindReference(schema, root));
  const converted =
    types.length === 0 || types.some((type) => hasType(value, type)) ? value : firstConversion(value, types);
  return mapParts(converted, schema, { mapping: convertPart, root });
}

function dropNulls(value: unknown, schema: unknown, root: JsonSchema): unknown {
  return isRecord(schema) ? mapParts(value, schema, { mapping: dropNulls, root }) : value;
}

interface MappingOptions {
  readonly mapping: Mapping;
  readonly root: JsonSchema;
}

function mapParts(value: unknown, schema: JsonSchema, options: MappingOptions): unknown {
  if (Array.isArray(value)) return mapItems(value, schema, options);
  return isPlainObject(value) ? mapProperties(value, schema, options) : value;
}

function mapItems(values: readonly unknown[], schema: JsonSchema, options: MappingOptions): unknown[] {
  const { mapping, root } = options;
  if (!isCombined(schema)) return values.map((value) => mapping(value, schema['items'], root));
  const own = schema['items'] ?? behindReference(schema, root)['items'];
  const described = formsOf(schema, root).flatMap(({ items }) => (isRecord(items) ? [items] : []));
  return values.map((value) => mapPart(value, { own, described }, options));
}

function mapProperties(
  values: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  options: MappingOptions,
): Record<string, unknown> {
  const { mapping, root } = options;
  const forms = isCombined(schema) ? formsOf(schema, root) : [schema];
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== undefined && (value !== null || !isAbsent(name, forms, root)),
  );
  if (forms.length > 1) return mapCombined(kept, { schema, forms }, options);
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      Object.hasOwn(properties, name) ? mapping(value, properties[name], root) : value,
    ]),
  );
}

function mapCombined(
  values: readonly (readonly [string, unknown])[],
  { schema, forms }: { readonly schema: JsonSchema; readonly forms: readonly JsonSchema[] },
  options: MappingOptions,
): Record<string, unknown> {
  const behind = behindReference(schema, options.root);
  return Object.fromEntries(
    values.map(([name, value]) => {
      const described = forms.flatMap((form) => propertyOf(form, name) ?? []);
      const [own] = propertyOf(schema, name) ?? propertyOf(behind, name) ?? [];
      return [name, mapPart(value, { own, described }, options)];
    }),
  );
}

/** What only a part of a combination says of a value may not be meant for it: then nothing is converted. */
function mapPart(
  value: unknown,
  { own, described }: { own: unknown; described: readonly unknown[] },
  { mapping, root }: MappingOptions,
): unknown {
  if (own !== undefined) return mapping(value, own, root);
  return described.length === 0 ? value : dropNulls(value, { anyOf: described }, root);
}

/** Whether null stands for nothing: there is such a property, and nobody who knows it requires it or takes null. */
function isAbsent(name: string, forms: readonly JsonSchema[], root: JsonSchema): boolean {
  const knowing = forms.filter((form) => propertyOf(form, name) !== undefined);
  return (
    knowing.length > 0 &&
    knowing.every((form) => !requires(form, name) && !allowsNull(propertyOf(form, name)?.[0], root))
  );
}

function requires({ required }: JsonSchema, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

/** The schema of a property, in a list: it may be `true` or `false`, too. */
function propertyOf({ properties }: JsonSchema, name: string): readonly [unknown] | undefined {
  return isRecord(properties) && Object.hasOwn(properties, name) ? [properties[name]] : undefined;
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
