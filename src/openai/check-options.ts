import type { ChatSettings } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { checkLimits } from '../functions/invoke-options.js';
import { isRecord } from '../is-record.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import type { ExecuteToolCallOptions, ToolDefinitionOptions } from './tool-types.js';

const DEFINITION_NAMES = Object.keys({
  api: true,
  name: true,
  as: true,
  strict: true,
} satisfies Record<keyof ToolDefinitionOptions, true>);

const EXECUTE_NAMES = Object.keys({
  as: true,
  name: true,
  arguments: true,
  signal: true,
} satisfies Record<keyof ExecuteToolCallOptions, true>);

const SETTING_NAMES = Object.keys({
  temperature: true,
  topP: true,
  maxTokens: true,
  stop: true,
  seed: true,
  responseFormat: true,
  reasoningEffort: true,
  extra: true,
} satisfies Record<keyof ChatSettings, true>);

/**
 * @param owner what the options are given to
 * @throws KernelError `invalid_options` for what are no options, and for one that there is none of
 */
export function checkNames(owner: string, options: unknown, known: readonly string[]): void {
  const problem = optionsProblem(owner, options, known);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
}

/** @throws KernelError `invalid_options` unless the option is left out or a text */
export function checkText(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'string') return;
  throw new KernelError('invalid_options', `\`${option}\` must be a text, not ${kindOf(value)}.`);
}

/** @throws KernelError `invalid_options` */
export function checkDefinitionOptions(options: ToolDefinitionOptions): void {
  checkNames('getToolDefinition()', options, DEFINITION_NAMES);
  checkText('name', options.name);
  checkText('as', options.as);
  const strict: unknown = options.strict;
  if (strict === undefined || typeof strict === 'boolean') return;
  throw new KernelError('invalid_options', `\`strict\` must be true or false, not ${kindOf(strict)}.`);
}

/** @throws KernelError `invalid_options`, so that a misspelt one does not let code run in another session than was meant */
export function checkExecuteOptions(owner: string, options: ExecuteToolCallOptions): void {
  checkNames(owner, options, EXECUTE_NAMES);
  checkText('as', options.as);
  checkText('name', options.name);
  checkLimits({ signal: options.signal });
  const args: unknown = options.arguments;
  if (args === undefined || isRecord(args)) return;
  throw new KernelError('invalid_options', `\`arguments\` is an object of values by their names, not ${kindOf(args)}.`);
}

/** @throws KernelError `invalid_options` for a setting that there is none of: no request would have it, and nobody would know */
export function checkSettings(settings: ChatSettings): void {
  const problem = optionsProblem('`settings`', settings, SETTING_NAMES);
  if (problem === undefined) return;
  const advice = 'What only the service knows belongs in `settings.extra`, by its own name.';
  throw new KernelError('invalid_options', `${problem} ${advice}`);
}
