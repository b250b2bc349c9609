import { KernelError } from '../errors.js';

/** Narrows the functions on offer; of each pair, only one may be given. Functions are named as `plugin-function`. */
export interface FunctionFilters {
  includedPlugins?: readonly string[] | undefined;
  excludedPlugins?: readonly string[] | undefined;
  includedFunctions?: readonly string[] | undefined;
  excludedFunctions?: readonly string[] | undefined;
}

/** Options of {@link FunctionChoiceBehavior.auto}. */
export interface AutoFunctionChoiceOptions {
  /** @default every function that a model may see */
  filters?: FunctionFilters | undefined;
  /** With false, the model's calls are returned to you with the stop reason `function_calls`. @default true */
  autoInvoke?: boolean | undefined;
  /** How many rounds may run functions; after them the model is asked once more, for an answer. @default 10 */
  maxAttempts?: number | undefined;
  /** How many calls may run in all. @default Infinity */
  maxCalls?: number | undefined;
  /** After how many rounds in a row whose calls all failed the model is asked for an answer. @default 3 */
  maxConsecutiveErrors?: number | undefined;
  /** How many calls of one message run at once; results keep the order of the calls. @default 1 */
  concurrency?: number | undefined;
  /** Whether the model may ask for several calls in one message; unset: the service decides. */
  parallelCalls?: boolean | undefined;
}

/** The defaults of {@link AutoFunctionChoiceOptions}. */
export const FUNCTION_CHOICE_DEFAULTS = Object.freeze({
  autoInvoke: true,
  maxAttempts: 10,
  maxCalls: Infinity,
  maxConsecutiveErrors: 3,
  concurrency: 1,
});

/** Which functions a model is offered, and what becomes of its calls. */
export class FunctionChoiceBehavior {
  private constructor(
    readonly choice: 'auto' | 'required' | 'none',
    readonly options: Readonly<AutoFunctionChoiceOptions>,
    readonly requiredName?: string,
  ) {}

  /** The model decides whether to call a function. */
  static auto(options: AutoFunctionChoiceOptions = {}): FunctionChoiceBehavior {
    return new FunctionChoiceBehavior('auto', Object.freeze({ ...options }));
  }

  /** The first answer must be a call, of the function `name` if one is given; then as `auto`. */
  static required({
    name,
    ...options
  }: { name?: string | undefined } & AutoFunctionChoiceOptions = {}): FunctionChoiceBehavior {
    return new FunctionChoiceBehavior('required', Object.freeze(options), name);
  }

  /** The model is shown the functions and may not call them. */
  static none(options: { filters?: FunctionFilters | undefined } = {}): FunctionChoiceBehavior {
    return new FunctionChoiceBehavior('none', Object.freeze({ ...options }));
  }
}

/** The limits of a run with defaults applied. */
export type FunctionChoiceSettings = Required<Omit<AutoFunctionChoiceOptions, 'filters' | 'parallelCalls'>>;

/** @throws KernelError `invalid_options` for a limit that is not a number of 1 or more */
export function functionChoiceSettings(options: Readonly<AutoFunctionChoiceOptions>): FunctionChoiceSettings {
  const { autoInvoke, maxAttempts, maxCalls, maxConsecutiveErrors, concurrency } = options;
  const settings = {
    autoInvoke: autoInvoke ?? FUNCTION_CHOICE_DEFAULTS.autoInvoke,
    maxAttempts: maxAttempts ?? FUNCTION_CHOICE_DEFAULTS.maxAttempts,
    maxCalls: maxCalls ?? FUNCTION_CHOICE_DEFAULTS.maxCalls,
    maxConsecutiveErrors: maxConsecutiveErrors ?? FUNCTION_CHOICE_DEFAULTS.maxConsecutiveErrors,
    concurrency: concurrency ?? FUNCTION_CHOICE_DEFAULTS.concurrency,
  };
  for (const key of ['maxAttempts', 'maxCalls', 'maxConsecutiveErrors', 'concurrency'] as const) {
    const value: unknown = settings[key];
    if (value === Infinity || (Number.isInteger(value) && Number(value) >= 1)) continue;
    throw new KernelError(
      'invalid_options',
      `\`${key}\` must be a whole number of 1 or more, or Infinity; received ${String(value)}.`,
    );
  }
  return settings;
}
