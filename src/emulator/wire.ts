import type { ApiVersion } from './api-versions.js';
import type { Execution } from './execution.js';
import type { StoredFile } from './session-files.js';

/** The shapes of one family of versions. */
export interface Wire {
  execution(execution: Execution): object;
  file(file: StoredFile, version: ApiVersion): object;
  list(files: readonly StoredFile[], version: ApiVersion): object;
  uploaded(file: StoredFile, version: ApiVersion): object;
}

/** RFC 3339 in UTC with seven digits of a second, as .NET writes it. */
export function wireTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '0000Z');
}
