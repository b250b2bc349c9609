import { resultValue, standardError, succeeded } from './execution.js';
import { mediaType } from './media-type.js';
import { cutText } from './output-collector.js';
import type { StoredFile } from './session-files.js';
import { type Wire, type WireStyle, wireTime } from './wire.js';

const DIRECTORY_BYTES = 4096;

/** The shapes of 2024-10-02-preview and later: flat. */
export const currentWire: Wire = {
  execution: ({ id, identifier, request, outcome }) => {
    const head = { id, identifier, executionType: request.executionType };
    if (!outcome) return { ...head, status: 'Running' };
    // A command that took too long has none to speak of: that it is then `Failed` in words, as in the other pools, is a guess.
    const exitCode = succeeded(outcome) ? outcome.exitCode : undefined;
    return {
      ...head,
      // A Shell pool puts the exit code there, as text.
      status: exitCode === undefined ? (succeeded(outcome) ? 'Succeeded' : 'Failed') : String(exitCode),
      result: {
        stdout: cutText(outcome.stdout, request.maxOutputCharacters),
        stderr: standardError(outcome, request.maxOutputCharacters),
        ...(exitCode === undefined && { executionResult: resultValue(outcome, request.jupyterFormat) }),
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

function entry(file: StoredFile, { version }: WireStyle): Record<string, unknown> {
  return {
    name: file.name,
    type: file.isDirectory ? 'directory' : 'file',
    contentType: file.isDirectory ? 'application/octet-stream' : mediaType(file.name),
    sizeInBytes: file.isDirectory ? DIRECTORY_BYTES : file.size,
    lastModifiedAt: wireTime(file.modifiedAt.getTime()),
    ...(version === '2025-10-02-preview' && { directory: file.directory }),
  };
}
