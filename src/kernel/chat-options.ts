import { KernelError } from '../errors.js';
import { checkLimits } from '../functions/invoke-options.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import type { ChatOptions } from './chat-result.js';
import { FunctionChoiceBehavior } from './function-choice-behavior.js';
import { isRecord } from '../is-record.js';

const NAMES = Object.keys({
  functions: true,
  service: true,
  settings: true,
  arguments: true,
  signal: true,
  timeoutMs: true,
} satisfies Record<keyof ChatOptions, true>);

/**
 * @param owner the method that they are given to
 * @throws KernelError `invalid_options` for an option that there is none of, or one of the wrong kind
 */
export function checkChatOptions(owner: string, options: ChatOptions): void {
  const problem = optionsProblem(owner, options, NAMES);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
  checkLimits(options);
  for (const option of ['settings', 'arguments'] as const) {
    const value: unknown = options[option];
    if (value === undefined || isRecord(value)) continue;
    throw new KernelError('invalid_options', `\`${option}\` must be an object, not ${kindOf(value)}.`);
  }
  const { functions } = options;
  if (functions === undefined || functions === false || functions instanceof FunctionChoiceBehavior) return;
  throw new KernelError(
    'invalid_options',
    '`functions` must be false or a FunctionChoiceBehavior, such as FunctionChoiceBehavior.auto().',
  );
}
