import { KernelError } from '../errors.js';
import type { JsonSchema } from '../functions/invocation.js';
import { strictParameters } from '../functions/strict-schema.js';
import { visibleFunctionsOf } from '../functions/visible-functions.js';
import { checkDefinitionOptions } from './check-options.js';
import type { ChatTool, ResponsesTool, ToolDefinitionOptions } from './tool-types.js';

// What the service allows.
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The definition of a function for the `tools` of a request that you make yourself, with the `openai` package or without.
 * Calls of it are answered by `executeToolCalls`.
 *
 * @param plugin an instance with decorated methods, such as a `SessionsPythonTool`, or a plugin
 * @example
 * ```ts
 * const tools = [getToolDefinition(python, { api: 'chat', as: 'code_interpreter' })];
 * ```
 * @throws KernelError `function_not_found` unless there is such a function that a model may see, `invalid_name` for an `as`
 *   that services refuse, `invalid_options`, `invalid_metadata`
 */
export function getToolDefinition(plugin: object, options: ToolDefinitionOptions & { api: 'chat' }): ChatTool;
export function getToolDefinition(plugin: object, options: ToolDefinitionOptions & { api: 'responses' }): ResponsesTool;
export function getToolDefinition(plugin: object, options: ToolDefinitionOptions): Record<string, unknown>;
export function getToolDefinition(plugin: object, options: ToolDefinitionOptions): ChatTool | ResponsesTool {
  checkDefinitionOptions(options);
  const { api, name, as, strict } = options;
  const definition = visibleFunctionsOf(plugin).get(name);
  const isStrict = strict ?? definition.strict;
  const { description, parameters } = definition.metadata;
  const shown = {
    name: checkedName(as ?? definition.metadata.name),
    description,
    parameters: copyOf(isStrict ? strictParameters(parameters) : parameters),
  };
  switch (api) {
    case 'chat':
      return { type: 'function', function: isStrict ? { ...shown, strict: true } : shown };
    case 'responses':
      // Left out, `strict` is true on this API.
      return { type: 'function', ...shown, strict: isStrict };
    default:
      api satisfies never;
      throw new KernelError('invalid_options', "`api` must be 'chat' or 'responses'.");
  }
}

// The caller's own: the registered schema is frozen.
function copyOf(schema: JsonSchema): Record<string, unknown> {
  return structuredClone(schema);
}

function checkedName(name: string): string {
  if (TOOL_NAME.test(name)) return name;
  throw new KernelError(
    'invalid_name',
    `The name "${name}" is not allowed for a tool: it has 1 to 64 letters, digits, "_" and "-". Pass another one as \`as\`.`,
  );
}
