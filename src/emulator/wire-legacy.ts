import { resultValue, standardError, standardOutput, succeeded } from './execution.js';
import type { StoredFile } from './session-files.js';
import { DIRECTORY_BYTES, type Wire, wireTime } from './wire.js';

/** The shapes of 2024-02-02-preview and 2024-08-02-preview: wrapped in `properties`. */
export const legacyWire: Wire = {
  execution: ({ request, outcome }, { variants }) => {
    if (!outcome) return { properties: { status: 'Running' } };
    const result = resultValue(outcome, request.jupyterFormat);
    return {
      properties: {
        status: succeeded(outcome) ? 'Success' : 'Failure',
        stdout: standardOutput(outcome, request),
        stderr: standardError(outcome, request),
        result,
        ...(variants.legacyExecutionResult && { executionResult: result }),
        executionTimeInMilliseconds: outcome.ms,
      },
    };
  },
  file: entry,
  list: (files) => ({ value: files.map(entry) }),
  uploaded: (file) => ({ value: [entry(file)] }),
};

function entry({ name, size: bytes, isDirectory, modifiedAt }: StoredFile): object {
  const size = isDirectory ? DIRECTORY_BYTES : bytes;
  return { properties: { filename: name, size, lastModifiedTime: wireTime(modifiedAt.getTime()) } };
}
