import type { CallAnswer } from '../functions/call-by-model.js';
import { modelFunctions } from '../functions/model-functions.js';
import type { ModelFunction, ModelFunctionsOptions } from '../functions/model-functions.js';
import { plainData } from '../functions/result-text.js';
import { failureForModel } from './failure-for-model.js';
import { openSchema } from './open-schema.js';
import { resultImages } from './result-images.js';
import type { ResultImage } from './result-images.js';

export type { ModelFunctionsOptions, ResultImage };

/** What a tool gives the application: plain data, so that it survives a stream to a browser, and a store. */
export interface AiSdkToolOutput {
  /** What the model is told, and all that it is told. */
  readonly text: string;
  /** What the function returned; of an execution all but its figures. */
  readonly value: unknown;
  /** The figures of an execution. */
  readonly images: readonly ResultImage[];
}

/** A schema as the AI SDK takes it: a Standard Schema with its JSON Schema. */
export interface AiSdkInputSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Accepts all: the arguments are checked when the tool is run. */
    readonly validate: (value: unknown) => { readonly value: unknown };
    readonly jsonSchema: {
      /** What the model is shown. */
      readonly input: () => Record<string, unknown>;
      /** The same. */
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** A tool as the AI SDK takes it. */
export interface AiSdkTool {
  readonly description: string;
  readonly inputSchema: AiSdkInputSchema;
  readonly strict?: boolean;
  /** @throws KernelError whose message the AI SDK tells the model; on an abort the signal's reason */
  readonly execute: (
    input: unknown,
    options: { readonly toolCallId: string; readonly abortSignal?: AbortSignal | undefined },
  ) => Promise<AiSdkToolOutput>;
  /** Gives the model the text alone. */
  readonly toModelOutput: (options: { readonly output: unknown }) => { type: 'text'; value: string };
}

/**
 * Makes tools for the AI SDK (6 or 7) of what a model may call of a plugin (a decorated instance, or a KernelPlugin),
 * or of several, then named `plugin-function`. A failure is a `tool-error` whose message the model reads, and which quotes
 * nothing of the arguments; where the application is at fault (auth, options) the message has no details, and the error's
 * `cause` has them.
 *
 * @example
 * ```ts
 * const tools = toAiSdkTools(new SessionsPythonTool(), { names: { execute_code: 'python' } });
 * const { text } = await generateText({ model, tools, stopWhen: stepCountIs(5), prompt });
 * ```
 * @throws KernelError `invalid_options`, `duplicate_plugin`, `invalid_metadata` or `invalid_name`
 */
export function toAiSdkTools(
  plugin: object | readonly object[],
  options: ModelFunctionsOptions = {},
): Record<string, AiSdkTool> {
  return Object.fromEntries(modelFunctions(plugin, options).map((each) => [each.name, toTool(each)]));
}

function toTool({ description, parameters, strict, call }: ModelFunction): AiSdkTool {
  return {
    description,
    inputSchema: inputSchema(parameters),
    ...(strict && { strict }),
    async execute(input, { toolCallId, abortSignal }) {
      const answer = await call(input, { signal: abortSignal, id: toolCallId });
      if (answer.type === 'failure') throw failureForModel(answer);
      return toOutput(answer);
    },
    toModelOutput: ({ output }) => ({ type: 'text', value: textOf(output) }),
  };
}

// Everything passes: the function's own check comes later, and its words do not repeat the model's code.
function inputSchema(parameters: ModelFunction['parameters']): AiSdkInputSchema {
  const input = (): Record<string, unknown> => openSchema(parameters);
  const validate = (value: unknown): { value: unknown } => ({ value });
  return {
    '~standard': { version: 1, vendor: 'dynamic-sessions-kernel', validate, jsonSchema: { input, output: input } },
  };
}

function toOutput({ text, value }: Extract<CallAnswer, { type: 'value' }>): AiSdkToolOutput {
  const images = resultImages(value);
  try {
    return { text, value: plainData(withoutFigures(value)), images };
  } catch {
    // It has words for the model, but cannot be written as JSON.
    return { text, value: text, images };
  }
}

/** An execution without what `images` says again: `raw` holds the figures too. */
function withoutFigures(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isExecution = ['status', 'stdout', 'images', 'raw'].every((name) => name in value);
  if (!isExecution) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'images' && name !== 'raw'));
}

/** The output may have been to a browser and back. */
function textOf(output: unknown): string {
  const text: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, 'text') : undefined;
  return typeof text === 'string' ? text : '';
}
