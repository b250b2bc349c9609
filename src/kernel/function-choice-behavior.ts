import { KernelError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';

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
  /**
   * With false, the model's calls are returned to you with the stop reason `function_calls`; those of an answer that was cut
   * off are not, for nobody is to run them: the model is asked again. @default true
   */
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

const FILTER_NAMES = Object.keys({
  includedPlugins: true,
  excludedPlugins: true,
  includedFunctions: true,
  excludedFunctions: true,
} satisfies Record<keyof FunctionFilters, true>);

const AUTO_NAMES = Object.keys({
  filters: true,
  autoInvoke: true,
  maxAttempts: true,
  maxCalls: true,
  maxConsecutiveErrors: true,
  concurrency: true,
  parallelCalls: true,
} satisfies Record<keyof AutoFunctionChoiceOptions, true>);

/** Which functions a model is offered, and what becomes of its calls. */
export class FunctionChoiceBehavior {
  private constructor(
    readonly choice: 'auto' | 'required' | 'none',
    readonly options: Readonly<AutoFunctionChoiceOptions>,
    readonly requiredName?: string,
  ) {}

  /**
   * The model decides whether to call a function.
   * @throws KernelError `invalid_options` for an option or a filter that there is none of, so that a misspelt one does not
   *   let a model call what it was to forbid
   */
  static auto(options: AutoFunctionChoiceOptions = {}): FunctionChoiceBehavior {
    checkOptions('FunctionChoiceBehavior.auto()', options, AUTO_NAMES);
    return new FunctionChoiceBehavior('auto', Object.freeze({ ...options }));
  }

  /**
   * The first answer must be a call, of the function `name` if one is given; then as `auto`.
   * @throws KernelError `invalid_options`, as `auto`
   */
  static required(options: { name?: string | undefined } & AutoFunctionChoiceOptions = {}): FunctionChoiceBehavior {
    checkOptions('FunctionChoiceBehavior.required()', options, ['name', ...AUTO_NAMES]);
    const { name, ...others } = options;
    if (name !== undefined && typeof name !== 'string')
      throw new KernelError('invalid_options', `\`name\` is that of a function, not ${kindOf(name)}.`);
    return new FunctionChoiceBehavior('required', Object.freeze(others), name);
  }

  /**
   * The model is shown the functions and may not call them.
   * @throws KernelError `invalid_options`, as `auto`
   */
  static none(options: { filters?: FunctionFilters | undefined } = {}): FunctionChoiceBehavior {
    // Those of `auto` have no meaning here; but options are written once, for whatever is chosen then.
    checkOptions('FunctionChoiceBehavior.none()', options, AUTO_NAMES);
    return new FunctionChoiceBehavior('none', Object.freeze({ ...options }));
  }
}

function checkOptions(owner: string, options: AutoFunctionChoiceOptions, known: readonly string[]): void {
  const problem = optionsProblem(owner, options, known);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
  for (const option of ['autoInvoke', 'parallelCalls'] as const) {
    const value: unknown = options[option];
    if (value === undefined || typeof value === 'boolean') continue;
    throw new KernelError('invalid_options', `\`${option}\` is true or false, not ${kindOf(value)}.`);
  }
  if (options.filters !== undefined) checkFilters(options.filters);
}

/** @throws KernelError `invalid_options` for filters that there are none of, and for one that is no list of names */
export function checkFilters(filters: FunctionFilters): void {
  const problem = optionsProblem('`filters`', filters, FILTER_NAMES);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
  for (const filter of FILTER_NAMES) {
    const names: unknown = Reflect.get(filters, filter);
    if (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) continue;
    throw new KernelError(
      'invalid_options',
      `\`filters.${filter}\` is a list of names, such as ['python-execute_code'] for functions and ['python'] for plugins.`,
    );
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
