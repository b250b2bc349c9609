import type { JsonSchema } from '../functions/invocation.js';
import { modelFunctions } from '../functions/model-functions.js';
import type { ModelFunction, ModelFunctionsOptions } from '../functions/model-functions.js';
import { SessionsPythonTool } from '../plugins/sessions-python-tool.js';
import { failureForModel } from './failure-for-model.js';

export type { ModelFunctionsOptions };

/** A tool as LlamaIndex.TS takes it: its `BaseTool`, with `call`. */
export interface LlamaIndexTool {
  readonly metadata: { readonly name: string; readonly description: string; readonly parameters: JsonSchema };
  /** Gives the text for the model; what goes wrong is thrown, and LlamaIndex tells the model its message. */
  call(input: unknown): Promise<string>;
}

/**
 * Makes LlamaIndex.TS tools of what a model may call of a plugin (a decorated instance, or a KernelPlugin), or of
 * several, then named `plugin-function`. The `execute_code` of a `SessionsPythonTool` is called `code_interpreter`,
 * unless `names` says otherwise. LlamaIndex hands tools no signal: a call ends by itself, or by the tool's time-out.
 *
 * @example
 * ```ts
 * const codeAgent = agent({ llm, tools: toLlamaIndexTools(new SessionsPythonTool()) });
 * ```
 * @throws KernelError `invalid_options`, `duplicate_plugin`, `invalid_metadata` or `invalid_name`
 */
export function toLlamaIndexTools(
  plugin: object | readonly object[],
  options: ModelFunctionsOptions = {},
): LlamaIndexTool[] {
  return modelFunctions(plugin, options, ({ owner, metadata }) =>
    owner instanceof SessionsPythonTool && metadata.name === 'execute_code' ? 'code_interpreter' : undefined,
  ).map(toTool);
}

function toTool({ name, description, parameters, call }: ModelFunction): LlamaIndexTool {
  return {
    metadata: { name, description, parameters: structuredClone(parameters) },
    async call(input) {
      const answer = await call(input, {});
      if (answer.type === 'failure') throw failureForModel(answer);
      return answer.text;
    },
  };
}
