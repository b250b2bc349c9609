import type { Outcome } from './engine.js';
import { resultValue, standardError, standardOutput, succeeded } from './execution.js';
import { mediaType } from './media-type.js';
import type { StoredFile } from './session-files.js';
import { DIRECTORY_BYTES, type Wire, type WireStyle, wireTime } from './wire.js';

/** The shapes of 2024-10-02-preview and later: flat. */
export const currentWire: Wire = {
  execution: ({ id, identifier, request, outcome }) => {
    const head = { id, identifier, executionType: request.executionType };
    if (!outcome) return { ...head, status: 'Running' };
    const exitCode = request.poolKind === 'Shell' ? exitCodeOf(outcome) : undefined;
    return {
      ...head,
      // A Shell pool puts the exit code there, as text.
      status: exitCode === undefined ? (succeeded(outcome) ? 'Succeeded' : 'Failed') : String(exitCode),
      result: {
        stdout: standardOutput(outcome, request),
        stderr: standardError(outcome, request),
        ...(request.poolKind !== 'Shell' && { executionResult: resultValue(outcome, request.jupyterFormat) }),
        executionTimeInMilliseconds: outcome.ms,
      },
    };
  },
  // Recorded: the metadata of 2024-10-02-preview has neither type nor content type.
  file: (file, style) => {
    const { type: _type, contentType: _contentType, ...short } = entry(file, style);
    return style.version === '2024-10-02-preview' ? short : entry(file, style);
  },
  list: (files, style) => ({ value: files.map((file) => entry(file, style)) }),
  uploaded: (file, style) => {
    const isEmpty = style.variants.emptyUploadTypes === true && style.version === '2024-10-02-preview';
    return { ...entry(file, style), ...(isEmpty && { type: '', contentType: '' }) };
  },
};

// A command that took too long has none to speak of: that it is then `Failed` in words, as in the other pools, is a guess. A
// script may tell of the others without one.
function exitCodeOf({ status, exitCode }: Outcome): number | undefined {
  if (status === 'ok') return exitCode ?? 0;
  return status === 'error' ? (exitCode ?? 1) : undefined;
}

function entry(file: StoredFile, { version }: WireStyle): Record<string, unknown> {
  const isNewest = version === '2025-10-02-preview';
  // Of a folder, the examples of the newest version alone give a media type and a size.
  const content = { contentType: mediaTypeOf(file), sizeInBytes: file.isDirectory ? DIRECTORY_BYTES : file.size };
  return {
    name: file.name,
    type: file.isDirectory ? 'directory' : 'file',
    ...((isNewest || !file.isDirectory) && content),
    lastModifiedAt: wireTime(file.modifiedAt.getTime()),
    ...(isNewest && { directory: file.directory }),
  };
}

function mediaTypeOf({ name, isDirectory }: StoredFile): string {
  return isDirectory ? 'application/octet-stream' : mediaType(name);
}
