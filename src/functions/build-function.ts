import { KernelError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import { isTimeout } from './abort.js';
import { FUNCTION_DEFAULTS } from './declaration.js';
import type { FunctionDeclaration, InputSchema, ParameterSpec } from './declaration.js';
import type { FunctionDefinition, FunctionInput } from './definition.js';
import type { FunctionMetadata, JsonSchema } from './invocation.js';
import { compileJsonSchema, freezeSchema } from './json-schema.js';
import type { JsonSchemaCheck } from './json-schema.js';
import { checkFunctionName } from './names.js';
import { plainFit } from './plain-fit.js';
import { schemaProblems } from './schema-problems.js';
import { readParameter, visibleSchema } from './parameters.js';
import type { Parameter } from './parameters.js';
import { exportJsonSchema, isStandardSchema } from './standard-schema.js';
import { isRecord } from '../is-record.js';

const NAMES = Object.keys({
  name: true,
  description: true,
  strict: true,
  exclusive: true,
  timeoutMs: true,
  maxResultChars: true,
  modelVisible: true,
  leaf: true,
  parameters: true,
  input: true,
  inputJsonSchema: true,
} satisfies Record<keyof FunctionDeclaration, true>);

/** A declaration and what it is about. */
export interface FunctionSource {
  readonly declaration: FunctionDeclaration;
  readonly pluginName: string;
  readonly owner: object;
  readonly body: FunctionDefinition['body'];
}

/**
 * Checks a declaration and makes the function of it; schemas are copied and frozen here.
 *
 * @throws KernelError `invalid_name`, or `invalid_metadata` with all that is wrong
 */
export function buildFunction({ declaration, pluginName, owner, body }: FunctionSource): FunctionDefinition {
  const name = declaration.name ?? '';
  checkFunctionName(name);
  const problems = optionProblems(declaration);
  const label = `Function "${name}"`;
  const { input, shown } = buildInput(declaration, label, problems);
  if (problems.length > 0) {
    throw new KernelError('invalid_metadata', `${label}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
  const metadata: FunctionMetadata = Object.freeze({
    name,
    pluginName,
    description: declaration.description ?? '',
    parameters: shown,
    modelVisible: declaration.modelVisible ?? FUNCTION_DEFAULTS.modelVisible,
  });
  return {
    metadata,
    strict: declaration.strict ?? FUNCTION_DEFAULTS.strict,
    exclusive: declaration.exclusive ?? false,
    timeoutMs: declaration.timeoutMs,
    maxResultChars: declaration.maxResultChars ?? FUNCTION_DEFAULTS.maxResultChars,
    leaf: declaration.leaf ?? FUNCTION_DEFAULTS.leaf,
    input,
    body,
    owner,
  };
}

interface BuiltInput {
  readonly input: FunctionInput;
  readonly shown: JsonSchema;
}

function buildInput(declaration: FunctionDeclaration, label: string, problems: string[]): BuiltInput {
  if (declaration.input === undefined) {
    if (declaration.inputJsonSchema !== undefined)
      problems.push('`inputJsonSchema` says how `input` is shown, and there is no `input`');
    return positionalInput(declaration.parameters ?? {}, problems);
  }
  if (declaration.parameters !== undefined) problems.push('has both `parameters` and `input`; keep one of them');
  return objectInput(declaration.input, declaration, { label, problems });
}

function positionalInput(specs: Readonly<Record<string, ParameterSpec>>, problems: string[]): BuiltInput {
  const parameters = Object.entries(specs).map(([name, spec]) => {
    const parameter = readParameter(name, spec, problems);
    return { ...parameter, schema: copy(parameter.schema, `parameter "${name}"`, problems) };
  });
  const checks = parameters.map((parameter): [string, JsonSchemaCheck] => [
    parameter.name,
    compile(parameter.schema, `parameter "${parameter.name}"`, problems),
  ]);
  const checkOf = new Map(checks);
  for (const parameter of parameters) problems.push(...defaultProblems(parameter, checkOf.get(parameter.name)));
  const byName = new Map(parameters.map((parameter): [string, Parameter] => [parameter.name, parameter]));
  const shown = freezeSchema(visibleSchema(parameters));
  return { input: { type: 'positional', parameters: byName, checks: checkOf }, shown };
}

function objectInput(
  input: InputSchema,
  { inputJsonSchema, strict = FUNCTION_DEFAULTS.strict }: FunctionDeclaration,
  { label, problems }: { label: string; problems: string[] },
): BuiltInput {
  const standard = isStandardSchema(input) ? input : undefined;
  const written =
    inputJsonSchema ?? (standard === undefined ? (input as JsonSchema) : exportJsonSchema(standard, label));
  const before = problems.length;
  const full = copy(written, '`input`', problems);
  if (problems.length === before && full['type'] !== 'object')
    problems.push('`input` must describe an object: its JSON Schema has no `type: "object"`');
  // Some services refuse keywords that they do not know, `$schema` among them.
  const { $schema: _, ...rest } = full;
  const shown = Object.freeze(rest);
  if (standard !== undefined) return { input: { type: 'standard', schema: standard, shown: full, strict }, shown };
  const check = compile(full, '`input`', problems);
  return { input: { type: 'json', schema: full, check, fits: plainFit(full) }, shown };
}

function optionProblems(declaration: FunctionDeclaration): string[] {
  const problems: string[] = [];
  const unknown = optionsProblem('it', declaration, NAMES);
  if (unknown !== undefined) problems.push(unknown);
  for (const option of ['strict', 'modelVisible', 'leaf'] as const) {
    const value: unknown = declaration[option];
    if (value !== undefined && typeof value !== 'boolean') problems.push(`\`${option}\` must be true or false`);
  }
  const { timeoutMs, maxResultChars, exclusive, description, parameters } = declaration;
  if (description !== undefined && typeof description !== 'string') problems.push('`description` must be a text');
  if (parameters !== undefined && !isRecord(parameters))
    problems.push(`\`parameters\` must be an object of parameters by their names, not ${kindOf(parameters)}`);
  if (timeoutMs !== undefined && !isTimeout(timeoutMs))
    problems.push('`timeoutMs` must be a positive number of milliseconds');
  if (maxResultChars !== undefined && !(maxResultChars >= 1)) problems.push('`maxResultChars` must be 1 or more');
  if (exclusive !== undefined && typeof exclusive !== 'boolean' && typeof exclusive !== 'function') {
    problems.push('`exclusive` must be a boolean, or a function that gives the key');
  }
  return problems;
}

/** A default is given to the function as it is: nothing that a call could mend. */
function defaultProblems({ name, hasDefault, default: value }: Parameter, check?: JsonSchemaCheck): readonly string[] {
  if (!hasDefault) return [];
  try {
    const [issue] = check?.(structuredClone(value)) ?? [];
    if (issue === undefined) return [];
    return [`parameter "${name}": its default does not fit its schema (${issue.replace(/^arguments: /, '')})`];
  } catch {
    return [`parameter "${name}": its default is not plain data`];
  }
}

function copy(schema: JsonSchema, where: string, problems: string[]): JsonSchema {
  try {
    const frozen = freezeSchema(schema);
    const found = schemaProblems(frozen);
    problems.push(...found.map((problem) => `${where}: ${problem}`));
    return found.length > 0 ? {} : frozen;
  } catch {
    problems.push(`${where}: its schema is not plain data`);
    return {};
  }
}

function compile(schema: JsonSchema, where: string, problems: string[]): JsonSchemaCheck {
  try {
    return compileJsonSchema(schema);
  } catch (error) {
    problems.push(`${where}: its schema cannot be used (${error instanceof Error ? error.message : String(error)})`);
    return () => [];
  }
}
