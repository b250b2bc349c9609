import { isSignal } from '../abort-listeners.js';
import { KernelError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { isTimeout } from './abort.js';
import type { InvokeOptions } from './invocation.js';
import { optionsProblem } from '../options-problem.js';

const NAMES = Object.keys({ signal: true, timeoutMs: true } satisfies Record<keyof InvokeOptions, true>);

/** @throws KernelError `invalid_options` for what are no options, one that there is none of, no signal or no time */
export function checkInvokeOptions(options: InvokeOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new KernelError('invalid_options', `The options of a call are an object, not ${kindOf(options)}.`);
  }
  const problem = optionsProblem('A call', options, NAMES);
  if (problem !== undefined) throw new KernelError('invalid_options', problem);
  checkLimits(options);
}

/** @throws KernelError `invalid_options` for a signal or a time that is none */
export function checkLimits({ signal, timeoutMs }: InvokeOptions): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new KernelError(
      'invalid_options',
      `\`signal\` must be an AbortSignal, not ${kindOf(signal)}; of an AbortController pass \`controller.signal\`.`,
    );
  }
  if (timeoutMs === undefined || isTimeout(timeoutMs)) return;
  throw new KernelError(
    'invalid_options',
    `\`timeoutMs\` must be a positive number of milliseconds; received ${String(timeoutMs)}.`,
  );
}
