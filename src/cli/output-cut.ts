import type { ExecutionResult } from '../sessions/execution-result.js';

/** What decides how much of the output the service keeps. */
export interface OutputLimits {
  readonly maxOutput?: number;
  readonly shell?: boolean;
  readonly apiVersion?: string;
}

/** What the client asks for; Shell pools and older versions of the service keep less. */
const ASKED_FOR = 100_000;
const KEPT_BY_ITSELF = 4096;

/** The limit at which standard output or standard error was cut, silently, by the service; undefined if neither was. */
export function outputCutAt(
  result: ExecutionResult,
  { maxOutput, shell, apiVersion }: OutputLimits,
): number | undefined {
  const keepsLess = shell || apiVersion !== undefined;
  const limits = [maxOutput ?? ASKED_FOR, ...(keepsLess ? [KEPT_BY_ITSELF] : [])];
  const texts = [result.stdout, result.stderr];
  return limits.find((limit) => texts.some((text) => text.length >= limit && [...text].length === limit));
}
