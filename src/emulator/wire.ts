import type { ApiVersion } from './api-versions.js';
import type { Execution } from './execution.js';
import type { StoredFile } from './session-files.js';

/** What examples give as the size of a folder. */
export const DIRECTORY_BYTES = 4096;

/** The shapes of one family of versions. */
export interface Wire {
  execution(execution: Execution, style: WireStyle): object;
  file(file: StoredFile, style: WireStyle): object;
  list(files: readonly StoredFile[], style: WireStyle): object;
  uploaded(file: StoredFile, style: WireStyle): object;
}

/** Which of a family's shapes. */
export interface WireStyle {
  readonly version: ApiVersion;
  readonly variants: AnswerVariants;
}

/** Answers that were seen at other times or in other places than the default ones. */
export interface AnswerVariants {
  /** What a full pool answers; older documentation says 404. @default 429 */
  readonly fullPoolStatus?: 404 | 429 | undefined;
  /** Whether every object has a running number `$id`. @default in answers of 2024 and before, where it was recorded */
  readonly objectIds?: boolean | undefined;
  /** Legacy executions have `executionResult` beside `result`, as some documentation shows. @default false */
  readonly legacyExecutionResult?: boolean | undefined;
  /** An upload of 2024-10-02-preview is answered with type and content type empty, as recorded once. @default false */
  readonly emptyUploadTypes?: boolean | undefined;
}

// The first and the last that four digits of a year can say, and .NET knows: whoever wants sessions to live for ever sets a time
// beyond that, and code may give its files any.
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** RFC 3339 in UTC with seven digits of a second, as .NET writes it; the nearest that can be written so. */
export function wireTime(milliseconds: number): string {
  const time = Number.isNaN(milliseconds) ? LATEST : Math.max(EARLIEST, Math.min(LATEST, milliseconds));
  return new Date(time).toISOString().replace('Z', '0000Z');
}
