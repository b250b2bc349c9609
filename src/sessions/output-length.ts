import { hasFeature, requireFeature } from './api-version.js';
import { readWholeNumber } from './sessions-client-options.js';

/** stdout and stderr are each cut to 4,096, silently, unless more is asked for. */
const DEFAULT_OUTPUT_LENGTH = 100_000;

/**
 * The part of a request that says how much of stdout and of stderr is kept; none in a version that has no such thing.
 *
 * @throws SessionsError `unsupported` if such a version is asked for it, `invalid_options` unless it is a whole number.
 */
export function outputLengthField(apiVersion: string, wanted: unknown): { readonly outputStreamsMaxLength?: number } {
  const feature = '`outputStreamsMaxLength`';
  if (wanted !== undefined) requireFeature(apiVersion, feature);
  else if (!hasFeature(apiVersion, feature)) return {};
  return { outputStreamsMaxLength: readWholeNumber(wanted, 'outputStreamsMaxLength', 1, DEFAULT_OUTPUT_LENGTH) };
}
