import type { ExecutionResult } from '../sessions/execution-result.js';

/** What decides how much of the output the service keeps. */
export interface OutputLimits {
  readonly maxOutput?: number;
  readonly shell?: boolean;
  readonly apiVersion?: string;
}

/** What the client asks for; older versions of the service keep less. */
const ASKED_FOR = 100_000;
const KEPT_BY_ITSELF = 4096;

/** The bytes of a character at most: where bytes are counted, the service leaves out one that would be cut in two. */
const LONGEST_CHARACTER = 4;

/** The limit at which standard output or standard error was cut, silently, by the service; undefined if neither was. */
export function outputCutAt(
  result: ExecutionResult,
  { maxOutput, shell = false, apiVersion }: OutputLimits,
): number | undefined {
  const limits = [maxOutput ?? ASKED_FOR, ...(apiVersion === undefined ? [] : [KEPT_BY_ITSELF])];
  const isCut = shell ? fillsBytes : fillsCharacters;
  return limits.find((limit) => isCut(result.stdout, limit) || isCut(result.stderr, limit));
}

function fillsCharacters(text: string, limit: number): boolean {
  return text.length >= limit && [...text].length === limit;
}

/** Shell pools count bytes. */
function fillsBytes(text: string, limit: number): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes <= limit && bytes > limit - LONGEST_CHARACTER;
}
