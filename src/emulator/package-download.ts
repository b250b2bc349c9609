const LIMIT_MS = 120_000;
const MAX_BYTES = 512 * 1024 * 1024;

/** Where files are, and what ends the wait for them. */
export interface DownloadSource {
  readonly baseUrl: string;
  readonly signal: AbortSignal;
}

/** The content of a file below that address, as it comes. Rejects for every answer but a complete one. */
export async function* download({ baseUrl, signal }: DownloadSource, fileName: string): AsyncGenerator<Uint8Array> {
  const url = new URL(fileName, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  }
  let received = 0;
  for await (const chunk of response.body) {
    received += chunk.length;
    if (received > MAX_BYTES) throw new Error('what came has no end');
    yield chunk;
  }
}

/** What to say of a download that failed. Never more than a few words: they end in front of a model. */
export function downloadProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError') return `it took more than ${LIMIT_MS / 1000} s`;
  if (error.name === 'AbortError') return 'the emulator was stopped';
  if (error instanceof TypeError) return `the connection failed${codeOf(error.cause)}`;
  // The text of a failure of the filesystem has a path of this machine in it.
  return 'code' in error ? `its file cannot be written${codeOf(error)}` : error.message;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}
