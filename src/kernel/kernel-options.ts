import type { ChatService } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';
import { optionsProblem } from '../options-problem.js';

/** Options of `Kernel`. */
export interface KernelOptions {
  /** The first one is the default. */
  services?: ChatService | readonly ChatService[] | undefined;
  /** What stands between plugin and function in the names that models see. @default '-' */
  functionNameSeparator?: '-' | '_' | '__' | undefined;
  /** Whether a model is told the message of an error that a function throws. @default 'message' */
  errorDetail?: 'message' | 'none' | undefined;
  /** Whether what is said, and what functions are given and give back, is recorded in spans. @default false */
  captureContent?: boolean | undefined;
}

/** Options with their defaults. */
export type KernelSettings = Readonly<Required<Omit<KernelOptions, 'services'>>>;

/** The defaults of {@link KernelOptions}. */
export const KERNEL_DEFAULTS: KernelSettings = Object.freeze({
  functionNameSeparator: '-',
  errorDetail: 'message',
  captureContent: false,
});

const NAMES = Object.keys({
  services: true,
  functionNameSeparator: true,
  errorDetail: true,
  captureContent: true,
} satisfies Record<keyof KernelOptions, true>);

/** @throws KernelError `invalid_options` for an option that there is none of, or a value that is none of the choices */
export function kernelSettings(options: KernelOptions): KernelSettings {
  const problem = optionsProblem('Kernel', options, NAMES);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
  const { functionNameSeparator, errorDetail, captureContent } = options;
  const settings = {
    functionNameSeparator: functionNameSeparator ?? KERNEL_DEFAULTS.functionNameSeparator,
    errorDetail: errorDetail ?? KERNEL_DEFAULTS.errorDetail,
    captureContent: captureContent ?? KERNEL_DEFAULTS.captureContent,
  };
  checkChoice('functionNameSeparator', settings.functionNameSeparator, ['-', '_', '__']);
  checkChoice('errorDetail', settings.errorDetail, ['message', 'none']);
  checkChoice('captureContent', settings.captureContent, [true, false]);
  return settings;
}

function checkChoice(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  throw new KernelError(
    'invalid_options',
    `\`${option}\` must be one of ${allowed.map((each) => JSON.stringify(each)).join(', ')}.`,
  );
}
