import { isRecord } from '../is-record.js';
import type { JsonSchema } from './invocation.js';

// Where schemas stand that describe the very value which the schema around them describes.
const LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const SINGLE = ['if', 'then', 'else'] as const;
const NAMED = ['dependentSchemas', 'dependencies'] as const;

const COMBINING: ReadonlySet<string> = new Set([...LISTS, ...SINGLE, ...NAMED, '$ref']);

/** How many forms of an alternative a model is told of, and how many problems of each: it is not to read a schema again. */
const MOST_FORMS = 6;
const MOST_PROBLEMS = 3;

/** What is wrong with each form of an alternative, in words; empty where nothing is said of any. */
export function problemsOfForms<Form, Problem>(
  forms: readonly Form[],
  problemsOf: (form: Form) => readonly Problem[],
  textOf: (problem: Problem) => string,
): string {
  const texts = forms
    .slice(0, MOST_FORMS)
    .map((form) => problemsOf(form).slice(0, MOST_PROBLEMS).map(textOf).join(', '))
    .filter((text) => text !== '');
  return [...new Set(texts)].join('; or ');
}

/** Whether a schema has parts, or refers to others, that describe the same value. */
export function isCombined(schema: JsonSchema): boolean {
  // Asked of each object and each list in each call: a schema has fewer keywords than there are of these.
  for (const keyword in schema) if (COMBINING.has(keyword)) return true;
  return false;
}

/** All that a schema says of a value itself: the schema, what its references lead to, and the parts that it combines. */
export function formsOf(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const forms = new Set([schema]);
  // A set goes on to what is added meanwhile, and a schema may refer to itself.
  for (const form of forms) {
    const found: unknown[] = [targetOf(form, root), ...SINGLE.map((keyword) => form[keyword])];
    for (const keyword of LISTS) found.push(...listOf(form[keyword]));
    for (const keyword of NAMED) found.push(...(isRecord(form[keyword]) ? Object.values(form[keyword]) : []));
    for (const each of found) if (isRecord(each)) forms.add(each);
  }
  return [...forms];
}

/** What a schema refers to, and that in turn; the schema itself, where it refers to nothing that is found. */
export function behindReference(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const passed = new Set<JsonSchema>();
  let current = schema;
  while (!passed.has(current)) {
    passed.add(current);
    const target = targetOf(current, root);
    if (isRecord(target)) current = target;
  }
  return current;
}

/** What the reference of a schema leads to, within the whole schema; undefined where there is none. */
export function targetOf({ $ref: reference }: JsonSchema, root: JsonSchema): unknown {
  if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) return undefined;
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((place, step) => (isIndexable(place) ? Reflect.get(place, unescaped(step)) : undefined), root);
}

/** The properties that an object may have by its schema. */
export interface SchemaProperties {
  readonly names: ReadonlySet<string>;
  /** Whether the schema says something of other ones, or may do so in a place that is not looked into. */
  readonly areOthersJudged: boolean;
}

const JUDGING_OTHERS = ['additionalProperties', 'patternProperties', 'unevaluatedProperties'] as const;

const known = new WeakMap<JsonSchema, SchemaProperties>();

/** The properties that a schema names, also in the parts that it combines. The schema must not change afterwards. */
export function propertiesOf(schema: JsonSchema): SchemaProperties {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const forms = formsOf(schema, schema);
  const names = forms.flatMap(({ properties }) => (isRecord(properties) ? Object.keys(properties) : []));
  const isJudging = (form: JsonSchema): boolean =>
    JUDGING_OTHERS.some((keyword) => keyword in form) || ('$ref' in form && targetOf(form, schema) === undefined);
  const properties = { names: new Set(names), areOthersJudged: forms.some(isJudging) };
  known.set(schema, properties);
  return properties;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isIndexable(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function unescaped(step: string): string {
  const decoded = /^(?:[^%]|%[\da-f]{2})*$/i.test(step) ? decodeURIComponent(step) : step;
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~');
}
