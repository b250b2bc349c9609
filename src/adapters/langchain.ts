import { ToolMessage } from '@langchain/core/messages';
import { DynamicStructuredTool } from '@langchain/core/tools';
import { propertyOf } from '../errors.js';
import { modelFunctions } from '../functions/model-functions.js';
import type { ModelFunction, ModelFunctionsOptions } from '../functions/model-functions.js';
import { failureForModel } from './failure-for-model.js';

export type { ModelFunctionsOptions };

/**
 * Makes LangChain.js structured tools of what a model may call of a plugin (a decorated instance, or a KernelPlugin),
 * or of several, then named `plugin-function`. It needs `@langchain/core`. The content of a tool message is the text
 * for the model, its `artifact` what the function returned: of an execution the whole result, figures included.
 *
 * A failure that the model can mend is a tool message with the status `error`; in a call that is no model's it is
 * thrown. Where the application is at fault (auth, options) it is always thrown: the message has no details, which a
 * framework might tell the model, and the error's `cause` has them.
 *
 * LangChain checks arguments by the schema itself, before the tool is asked: it converts nothing, and throws a
 * `ToolInputParsingException`, which its agents tell the model, and whose `output` has the arguments.
 *
 * @example
 * ```ts
 * const agent = createAgent({ model, tools: toLangChainTools(new SessionsPythonTool()) });
 * ```
 * @throws KernelError `invalid_options`, `duplicate_plugin`, `invalid_metadata` or `invalid_name`
 */
export function toLangChainTools(
  plugin: object | readonly object[],
  options: ModelFunctionsOptions = {},
): DynamicStructuredTool[] {
  return modelFunctions(plugin, options).map(toTool);
}

function toTool({ name, description, parameters, call }: ModelFunction): DynamicStructuredTool {
  return new DynamicStructuredTool({
    name,
    description,
    // LangChain's validator writes to the schema, and says what is wrong only if it is asked to.
    schema: structuredClone(parameters),
    verboseParsingErrors: true,
    responseFormat: 'content_and_artifact',
    func: async (input, _runManager, config) => {
      const id = toolCallId(config);
      const answer = await call(input, { signal: config?.signal, id });
      if (answer.type === 'value') return [answer.text, answer.value];
      if (answer.fatal || id === undefined) throw failureForModel(answer);
      return [new ToolMessage({ content: answer.text, tool_call_id: id, name, status: 'error' }), undefined];
    },
  });
}

function toolCallId(config: unknown): string | undefined {
  const id = propertyOf(propertyOf(config, 'toolCall'), 'id');
  return typeof id === 'string' ? id : undefined;
}
