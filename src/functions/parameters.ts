import { kindOf } from '../kind-of.js';
import type { ParameterSpec } from './declaration.js';
import type { JsonSchema } from './invocation.js';
import { isRecord } from '../is-record.js';
import { mapSubschemas } from './subschemas.js';

/** One parameter of a positional function, checked and with its defaults applied. */
export interface Parameter {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly hidden: boolean;
  readonly hasDefault: boolean;
  readonly default?: unknown;
}

// No digits first: integer-like keys of an object are not kept in the order they were written in.
const PARAMETER_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

const FIELDS = Object.keys({
  type: true,
  description: true,
  required: true,
  default: true,
  enum: true,
  items: true,
  schema: true,
  hidden: true,
} satisfies Record<keyof ParameterSpec, true>);

/** Reads one parameter; whatever is wrong with it is added to `problems`. */
export function readParameter(name: string, given: ParameterSpec, problems: string[]): Parameter {
  const found = specProblems(given).map((problem) => `parameter "${name}": ${problem}`);
  problems.push(...found);
  const spec = found.length > 0 ? {} : given;
  if (!PARAMETER_NAME.test(name)) {
    problems.push(`parameter "${name}": a name is letters, digits, "_" and "-", and does not start with a digit`);
  }
  const hasDefault = spec.default !== undefined;
  if (hasDefault && spec.required === true) problems.push(`parameter "${name}": is required and has a default`);
  const hidden = spec.hidden ?? false;
  const schema = spec.schema ?? schemaOf(spec);
  return { name, schema, required: spec.required ?? !hasDefault, hidden, hasDefault, default: spec.default };
}

/** The schema that a model is shown: an object of the visible parameters, closed. */
export function visibleSchema(parameters: readonly Parameter[]): JsonSchema {
  const visible = parameters.filter((parameter) => !parameter.hidden);
  const required = visible.filter((parameter) => parameter.required).map((parameter) => parameter.name);
  return {
    type: 'object',
    properties: Object.fromEntries(visible.map(({ name, schema }) => [name, movedTo(`#/properties/${name}`, schema)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** The schema with its references, which are written for it alone, leading to the same places from where it stands now. */
function movedTo(place: string, schema: JsonSchema): JsonSchema {
  if ('$id' in schema) return schema;
  const { $ref: reference } = schema;
  const moved = mapSubschemas(schema, (part) => movedTo(place, part));
  const isLocal = typeof reference === 'string' && /^#(?:\/|$)/.test(reference);
  return isLocal ? { ...moved, $ref: `${place}${reference.slice(1)}` } : moved;
}

function specProblems(spec: unknown): readonly string[] {
  if (!isRecord(spec)) {
    return [`is described by an object, such as { type: 'string' }, not by ${kindOf(spec)}`];
  }
  const unknown = Object.entries(spec).filter(([field, value]) => value !== undefined && !FIELDS.includes(field));
  const known = FIELDS.map((field) => `\`${field}\``).join(', ');
  return [
    ...unknown.map(([field]) => `has no field \`${field}\`; there are ${known}, and in \`schema\` all of JSON Schema`),
    ...['required', 'hidden']
      .filter((field) => !isMissingOr('boolean', spec[field]))
      .map((field) => `\`${field}\` must be true or false`),
    ...(isMissingOr('string', spec['description']) ? [] : ['`description` must be a text']),
  ];
}

function isMissingOr(type: 'boolean' | 'string', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

function schemaOf(spec: ParameterSpec): JsonSchema {
  return {
    ...(spec.type !== undefined && { type: spec.type }),
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.enum !== undefined && { enum: spec.enum }),
    ...(spec.items !== undefined && { items: spec.items }),
    ...(spec.default !== undefined && { default: spec.default }),
  };
}
