import { onAbort } from '../abort-listeners.js';
import { isSessionsError, SessionsError } from '../errors.js';
import { nothingToRelease } from '../http/clock.js';
import type { HttpStreamAnswer } from '../http/http-request.js';
import { directoryQuery, type FileOptions } from './file-operations.js';
import { type WholeFileTarget, writeWholeFile } from './whole-file.js';
import { addressed, type PoolConnection, sessionOf } from './pool-connection.js';
import { readRemotePath } from './remote-path.js';
import type { Progress } from './upload-file.js';

/** How a file is downloaded. */
export interface DownloadFileOptions extends FileOptions {
  /** A local path, or a stream that is closed at the end and aborted on failure. @default memory */
  to?: string | WritableStream<Uint8Array> | undefined;
  /** Larger files are refused with `too_large`. @default 1 GB into memory, no limit to a path or a stream */
  maxBytes?: number | undefined;
  /** Called for every piece that has arrived; begins anew when the download starts over. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What is read into memory unless it is asked for more: an answer without end would take all there is. */
const LARGEST_IN_MEMORY_BYTES = 1024 ** 3;

/** Downloads a file into memory. A connection that breaks starts over, as often as `retries` allows. */
export async function downloadToMemory(
  connection: PoolConnection,
  name: string,
  options: DownloadFileOptions,
): Promise<Uint8Array> {
  const limited = { ...options, maxBytes: options.maxBytes ?? LARGEST_IN_MEMORY_BYTES };
  return startOver(connection, async (progress) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of content(connection, name, limited, progress)) pieces.push(piece);
    return new Uint8Array(Buffer.concat(pieces));
  });
}

/** Downloads a file to a path, complete or not at all, and gives its size. */
export async function downloadToPath(
  connection: PoolConnection,
  name: string,
  { target, ...options }: DownloadFileOptions & { target: WholeFileTarget },
): Promise<number> {
  return startOver(connection, (progress) => writeWholeFile(target, content(connection, name, options, progress)));
}

/** Downloads a file to a path or into a stream. Memory does not grow with it. */
export async function downloadTo(
  connection: PoolConnection,
  name: string,
  to: string | WritableStream<Uint8Array>,
  options: DownloadFileOptions,
): Promise<void> {
  if (typeof to === 'string') {
    await downloadToPath(connection, name, { ...options, target: { path: to } });
    return;
  }
  if (!(to instanceof WritableStream))
    throw new SessionsError('invalid_options', '`to` is a local path or a WritableStream.');
  if (to.locked) throw new SessionsError('invalid_options', 'The stream to download into is in use: it is locked.');
  const writer = to.getWriter();
  try {
    for await (const piece of content(connection, name, options)) {
      await orAbort(writer.ready, options.signal);
      await orAbort(writer.write(piece), options.signal);
    }
    await orAbort(writer.close(), options.signal);
  } catch (error) {
    const told = writer.abort(error).catch(() => undefined); // The download's failure is what counts, and the stream may be broken itself.
    if (options.signal?.aborted !== true) await told;
    throw error;
  } finally {
    writer.releaseLock();
  }
}

/** Waits for a stream as long as the caller does; it may never be done. */
async function orAbort(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let release = nothingToRelease;
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    release = onAbort(signal, leave);
    if (signal.aborted) leave();
  });
  await Promise.race([work, aborted]).finally(release);
}

async function* content(
  connection: PoolConnection,
  name: string,
  options: DownloadFileOptions,
  progress: DownloadProgress = { begun: false },
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = readRemotePath(name, options.directory);
  const maxBytes = readMaxBytes(options.maxBytes);
  const answer = await connection.http.open(
    addressed(connection, {
      operation: 'Downloading the file',
      method: 'GET',
      replay: 'idempotent',
      segments: connection.wire.contentRoute(path.name),
      query: directoryQuery(connection, path.directory),
      identifier: sessionOf(connection, options),
      signal: options.signal,
    }),
  );
  progress.begun = true;
  const totalBytes = lengthOf(answer);
  let bytes = 0;
  for await (const piece of answer.body) {
    // In here, so that the body is given back.
    refusePage(answer, path.name);
    bytes += piece.byteLength;
    if (Math.max(bytes, totalBytes ?? 0) > maxBytes) throw tooLarge(maxBytes);
    options.onProgress?.({ bytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
    yield piece;
  }
}

function readMaxBytes(value: unknown): number {
  if (value === undefined) return Infinity;
  if (typeof value === 'number' && value >= 0) return value;
  throw new SessionsError('invalid_options', '`maxBytes` is a number of bytes.');
}

function tooLarge(maxBytes: number): SessionsError {
  return new SessionsError(
    'too_large',
    `Downloading the file stopped: it is larger than ${maxBytes} bytes. Raise \`maxBytes\`, or download it to a path or a stream.`,
  );
}

/** The service calls every file a stream of bytes; a page is from somebody else, and must not take a file's place. */
function refusePage(answer: HttpStreamAnswer, name: string): void {
  const isPage = /^text\/html\b/i.test(answer.header('content-type') ?? '');
  if (!isPage || /\.x?html?$/i.test(name)) return;
  throw new SessionsError(
    'invalid_response',
    `Downloading the file failed: the session pool answered ${answer.status} with an HTML page instead of it. Check \`poolManagementEndpoint\`: something else answers there.`,
    { status: answer.status },
  );
}

function lengthOf(answer: HttpStreamAnswer): number | undefined {
  const text = answer.header('content-length');
  if (text === undefined || !/^\d+$/.test(text) || answer.header('content-encoding') !== undefined) return undefined;
  return Number(text);
}

interface DownloadProgress {
  /** Whether the service has begun to answer: before that, retries are the HTTP client's work. */
  begun: boolean;
}

async function startOver<Outcome>(
  { retries }: PoolConnection,
  attempt: (progress: DownloadProgress) => Promise<Outcome>,
): Promise<Outcome> {
  for (let retriesLeft = retries; ; retriesLeft -= 1) {
    const progress = { begun: false };
    try {
      return await attempt(progress);
    } catch (error) {
      const brokeOff = progress.begun && isSessionsError(error) && error.code === 'network';
      if (!brokeOff || retriesLeft <= 0) throw error;
    }
  }
}
