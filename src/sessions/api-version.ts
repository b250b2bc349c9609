import { SessionsError } from '../errors.js';

/** What some versions of the service lack, with the first version that has it. */
const FIRST_VERSION_WITH = Object.freeze({
  'Getting an execution': '2024-10-02-preview',
  'Starting an execution without waiting for it': '2024-10-02-preview',
  'Addressing a directory': '2024-10-02-preview',
  'Getting a session': '2025-02-02-preview',
  'Deleting a session': '2025-02-02-preview',
  'Listing sessions': '2025-02-02-preview',
  'Reading the metadata of the pool': '2025-02-02-preview',
  'Running a shell command': '2025-02-02-preview',
  'Running a command with arguments': '2025-10-02-preview',
  'Standard input for a command': '2025-10-02-preview',
  'Listing files recursively': '2025-10-02-preview',
  '`outputStreamsMaxLength`': '2025-10-02-preview',
});

/** A part of the API that is not in every version. */
export type VersionedFeature = keyof typeof FIRST_VERSION_WITH;

const LEGACY_VERSIONS: ReadonlySet<string> = new Set(['2024-02-02-preview', '2024-08-02-preview']);

/**
 * Checks the form of an API version. Which of them the service knows is the service's to say.
 *
 * @throws SessionsError `invalid_options`.
 */
export function checkApiVersion(apiVersion: unknown): string {
  if (typeof apiVersion === 'string' && /^20\d\d-\d\d-\d\d(-[a-z]+)?$/.test(apiVersion) && apiVersion >= '2024') {
    return apiVersion;
  }
  throw new SessionsError('invalid_options', '`apiVersion` is a version of the service, such as 2025-10-02-preview.');
}

/** Whether a version speaks the older wire, with `properties` around everything. */
export function isLegacyVersion(apiVersion: string): boolean {
  return LEGACY_VERSIONS.has(apiVersion);
}

/** Whether a version has a feature. Versions sort by their date, whatever follows it. */
export function hasFeature(apiVersion: string, feature: VersionedFeature): boolean {
  return apiVersion >= FIRST_VERSION_WITH[feature].slice(0, 10);
}

/** @throws SessionsError `unsupported` that names the first version with the feature. */
export function requireFeature(apiVersion: string, feature: VersionedFeature): void {
  if (hasFeature(apiVersion, feature)) return;
  const message = `${feature} is not part of api-version ${apiVersion}; set \`apiVersion\` to ${FIRST_VERSION_WITH[feature]} or later.`;
  throw new SessionsError('unsupported', message);
}
