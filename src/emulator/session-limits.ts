const MB = 1024 * 1024;

/** What one session may hold and send. */
export const SESSION_LIMITS = Object.freeze({
  maxDataBytes: 1024 * MB,
  maxDataFiles: 10_000,
  /** The service's own limit. */
  maxUploadBytes: 128 * MB,
  /** The service's limit is unknown; code is text that somebody wrote. */
  maxJsonBytes: 16 * MB,
  /** Of each output stream, whatever a request asks for. */
  maxOutputCharacters: 32 * MB,
  defaultOutputCharacters: 4096,
});
