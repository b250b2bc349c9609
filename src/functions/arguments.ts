import { allowsNull, convert, withoutNulls } from './convert.js';
import { propertiesOf } from './schema-forms.js';
import type { FunctionInput } from './definition.js';
import type { JsonSchema, KernelArguments } from './invocation.js';
import type { Parameter } from './parameters.js';
import { unknownName } from './unknown-name.js';
import { validateStandard } from './standard-schema.js';

/** Where the arguments of one call come from. */
export interface GivenArguments {
  /** What the application says; may set hidden parameters. */
  readonly caller: Readonly<KernelArguments>;
  /** What a model says, where a model calls: wins over the caller's, and hidden parameters do not exist for it. */
  readonly model?: Readonly<KernelArguments>;
}

/** The outcome of a check. */
export type CheckedArguments =
  | { readonly type: 'valid'; readonly arguments: KernelArguments }
  | { readonly type: 'invalid'; readonly issues: readonly string[] }
  /** A hidden parameter lacks its value or has a wrong one: nothing that a model could mend. */
  | { readonly type: 'misconfigured'; readonly issues: readonly string[] };

/**
 * Merges, converts and validates the arguments of a call; a promise only where a Standard Schema does it. Without `model`,
 * names nobody declared are an issue too.
 */
export function checkArguments(
  input: FunctionInput,
  given: GivenArguments,
): CheckedArguments | Promise<CheckedArguments> {
  switch (input.type) {
    case 'positional':
      return checkPositional(input, given);
    case 'json':
      return checkJson(input, given);
    case 'standard':
      return checkStandard(input, given);
    default:
      return input satisfies never;
  }
}

/** The arguments of a method in the order of its declaration. */
export function positionalValues(input: FunctionInput, args: KernelArguments): readonly unknown[] {
  if (input.type !== 'positional') return [args];
  const values: unknown[] = [];
  for (const name of input.parameters.keys()) values.push(Object.hasOwn(args, name) ? args[name] : undefined);
  return values;
}

function checkPositional(
  { parameters, checks }: Extract<FunctionInput, { type: 'positional' }>,
  given: GivenArguments,
): CheckedArguments {
  const { caller, model } = given;
  const issues: string[] = [];
  for (const name of Object.keys(model ?? caller)) {
    if (!accepts(parameters.get(name), model !== undefined)) issues.push(unknownName(name));
  }
  const hiddenIssues: string[] = [];
  const values: [string, unknown][] = [];
  for (const parameter of parameters.values()) {
    const value = valueOf(parameter, given);
    const found = value === undefined ? missing(parameter) : (checks.get(parameter.name)?.(value) ?? []);
    const list = parameter.hidden && model !== undefined ? hiddenIssues : issues;
    for (const issue of found) list.push(below(parameter.name, issue));
    if (value !== undefined) values.push([parameter.name, value]);
  }
  if (hiddenIssues.length > 0) return { type: 'misconfigured', issues: hiddenIssues };
  return issues.length > 0 ? { type: 'invalid', issues } : { type: 'valid', arguments: Object.fromEntries(values) };
}

function accepts(parameter: Parameter | undefined, fromModel: boolean): boolean {
  return parameter !== undefined && !(fromModel && parameter.hidden);
}

function valueOf(parameter: Parameter, { caller, model = {} }: GivenArguments): unknown {
  const sources = parameter.hidden ? [caller] : [model, caller];
  for (const source of sources) {
    const value = Object.hasOwn(source, parameter.name) ? source[parameter.name] : undefined;
    const absent = value === undefined || (value === null && !parameter.required && !allowsNull(parameter.schema));
    // Objects for hidden parameters are the application's own: they are passed on as they are.
    if (!absent) return parameter.hidden && typeof value === 'object' ? value : convert(value, parameter.schema);
  }
  return parameter.hasDefault ? structuredClone(parameter.default) : undefined;
}

function missing(parameter: Parameter): readonly string[] {
  return parameter.required ? ['arguments: is required'] : [];
}

/** Puts the parameter's name before an issue that was found inside its value. */
function below(name: string, issue: string): string {
  return issue.startsWith('arguments: ') ? `${name}: ${issue.slice('arguments: '.length)}` : `${name}.${issue}`;
}

function checkJson(
  { schema, check, fits }: Extract<FunctionInput, { type: 'json' }>,
  given: GivenArguments,
): CheckedArguments {
  const merged = merge(schema, given);
  if (fits(merged)) return { type: 'valid', arguments: merged };
  const converted = convert(merged, schema) as KernelArguments;
  const kept = isLeftOpen(schema) ? pick(converted, schema) : converted;
  const issues = check(kept);
  return issues.length > 0 ? { type: 'invalid', issues } : { type: 'valid', arguments: kept };
}

async function checkStandard(
  { schema, shown, strict }: Extract<FunctionInput, { type: 'standard' }>,
  given: GivenArguments,
): Promise<CheckedArguments> {
  const merged = merge(shown, given);
  // A strict schema has every property, so that a model says null for those it leaves out.
  const outcome = await validateStandard(schema, strict ? withoutNulls(merged, shown) : merged);
  if (outcome.type === 'invalid') return outcome;
  return { type: 'valid', arguments: outcome.value as KernelArguments };
}

/** A model's call takes from the caller only what the schema names: the rest of `arguments` is context for others. */
function merge(schema: JsonSchema, { caller, model }: GivenArguments): KernelArguments {
  if (model === undefined) return { ...caller };
  return Object.keys(caller).length === 0 ? { ...model } : { ...pick(caller, schema), ...model };
}

/** Names that the schema says nothing about are dropped, unless it invites them with `additionalProperties`. */
function isLeftOpen(schema: JsonSchema): boolean {
  return 'properties' in schema && !propertiesOf(schema).areOthersJudged;
}

/** The values whose names are among the schema's properties; the same object, where all are. */
function pick(values: KernelArguments, schema: JsonSchema): KernelArguments {
  const { names } = propertiesOf(schema);
  if (Object.keys(values).every((name) => names.has(name))) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}
