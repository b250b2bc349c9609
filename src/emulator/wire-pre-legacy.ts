import { resultValue, standardError, standardOutput, succeeded } from './execution.js';
import type { StoredFile } from './session-files.js';
import { DIRECTORY_BYTES, type Wire, wireTime } from './wire.js';

// What those routes called them is not known; the next family says these.
const STATUS = { running: 'Running', succeeded: 'Success', failed: 'Failure' } as const;

/** The shapes of the routes below `python/`: an execution is flat, and lists are in `$values`. */
export const preLegacyWire: Wire = {
  execution: ({ request, outcome }) => {
    if (!outcome) return { status: STATUS.running };
    return {
      status: succeeded(outcome) ? STATUS.succeeded : STATUS.failed,
      stdout: standardOutput(outcome, request),
      stderr: standardError(outcome, request),
      result: resultValue(outcome, request.jupyterFormat),
      executionTimeInMilliseconds: outcome.ms,
    };
  },
  file: entry,
  list: (files) => ({ $values: files.map(entry) }),
  uploaded: (file) => ({ $values: [entry(file)] }),
};

function entry({ name, size: bytes, isDirectory, modifiedAt }: StoredFile): object {
  const size = isDirectory ? DIRECTORY_BYTES : bytes;
  return { filename: name, size, last_modified_time: wireTime(modifiedAt.getTime()) };
}
