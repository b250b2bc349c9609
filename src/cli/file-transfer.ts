import { lstat, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { propertyOf } from '../errors.js';
import type { RemoteFile } from '../sessions/remote-file.js';
import type { SessionsClient } from '../sessions/sessions-client.js';
import type { Progress } from '../sessions/upload-file.js';
import { startActivity } from './activity.js';
import { CommandError } from './command-error.js';
import { printJson } from './command-result.js';
import { interruptible } from './interruption.js';
import { connect } from './open-pool.js';
import type { PoolFlags } from './pool-options.js';
import { printable, readableSize } from './printable.js';
import { checkRemoteFile } from './remote-names.js';

/** How files are uploaded. */
export interface PutFlags extends PoolFlags {
  readonly name?: string;
  readonly directory?: string;
}

/** How a file is downloaded. */
export interface GetFlags extends PoolFlags {
  readonly force?: boolean;
}

const STANDARD_STREAM = '-';

/** Uploads local files, one after the other. */
export async function putFiles(paths: readonly string[], flags: PutFlags): Promise<void> {
  if (flags.name !== undefined && paths.length > 1)
    throw new CommandError('--name is for one file; --directory is for many.');
  if (paths.includes(STANDARD_STREAM) && flags.name === undefined)
    throw new CommandError('Standard input has no name of its own: pass --name.');
  for (const path of paths) {
    await checkSource(path); // Of several, either all can be sent or none is.
    checkRemoteFile(flags.name ?? basename(path), flags.directory);
  }
  const client = connect(flags);
  const uploaded: RemoteFile[] = [];
  await interruptible('Files before this one have been uploaded; of this one, nothing or all.', async (signal) => {
    for (const path of paths) {
      const file = await put(client, path, { flags, signal });
      uploaded.push(file);
      if (!flags.json) console.log(printable(file.fullPath).replaceAll('\n', '?'));
    }
  });
  if (flags.json) printJson(uploaded);
}

async function put(
  client: SessionsClient,
  path: string,
  { flags, signal }: { flags: PutFlags; signal: AbortSignal },
): Promise<RemoteFile> {
  const { name, directory, json } = flags;
  const fromStandardInput = path === STANDARD_STREAM;
  const source = fromStandardInput ? process.stdin : path;
  try {
    return await withProgress(`Uploading ${basename(path)}`, json, (onProgress) =>
      client.uploadFile(source, { name, directory, signal, onProgress }),
    );
  } finally {
    if (fromStandardInput) process.stdin.destroy(); // Whoever still writes there would keep the program alive.
  }
}

/** Downloads a file to a local path, or to standard output. */
export async function getFile(name: string, path: string | undefined, flags: GetFlags): Promise<void> {
  const toStandardOutput = path === STANDARD_STREAM;
  if (toStandardOutput && flags.json)
    throw new CommandError(
      'Standard output cannot take the file and a JSON document: leave --json out, or name a path.',
    );
  checkRemoteFile(name);
  const client = connect(flags);
  const target = toStandardOutput ? STANDARD_STREAM : await targetFor(name, path);
  if (!toStandardOutput && !flags.force) await refuseExisting(target);
  let bytes = 0;
  await interruptible('Nothing was saved.', (signal) =>
    withProgress(`Downloading ${basename(name)}`, flags.json, async (show) => {
      const onProgress = (progress: Progress): void => {
        bytes = progress.bytes;
        show(progress);
      };
      const to = toStandardOutput ? standardOutput() : target;
      await client.downloadFile(name, { to, signal, onProgress }).catch(unlessReaderLeft);
    }),
  );
  if (flags.json) printJson({ path: target, sizeInBytes: bytes });
  else if (!toStandardOutput) console.error(printable(`Saved as ${target} (${readableSize(bytes)}).`));
}

async function withProgress<T>(
  label: string,
  quiet: boolean | undefined,
  transfer: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const activity = startActivity(label, { quiet });
  try {
    return await transfer((progress) => activity.advance(progress));
  } finally {
    activity.end();
  }
}

async function checkSource(path: string): Promise<void> {
  if (path === STANDARD_STREAM) return;
  const found = await stat(path).catch(() => undefined); // Whatever else is wrong with it shows when it is opened.
  if (found === undefined) throw new CommandError(`There is no local file ${JSON.stringify(path)}.`);
  if (found.isDirectory()) throw new CommandError(`${JSON.stringify(path)} is a folder; name the files in it.`);
  if (!found.isFile())
    throw new CommandError(`${JSON.stringify(path)} is no file; what comes from a pipe is put as "-", with --name.`);
}

/** As `cp` has it: into a folder goes a file of the same name. */
async function targetFor(name: string, path: string | undefined): Promise<string> {
  if (path === undefined) return basename(name);
  const found = await stat(path).catch(() => undefined); // Nothing there is the usual case.
  return found?.isDirectory() ? join(path, basename(name)) : path;
}

async function refuseExisting(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined); // Nothing there is what we hope for.
  if (found !== undefined)
    throw new CommandError(`${JSON.stringify(path)} is there already; pass --force to replace it, or another path.`);
}

/** Waits for the reader, and stays open at the end. */
function standardOutput(): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (piece) =>
      new Promise((resolve, reject) => {
        process.stdout.write(piece, (error) => (error ? reject(error) : resolve()));
      }),
  });
}

/** A reader that has seen enough (`| head`) is no failure. */
function unlessReaderLeft(error: unknown): void {
  if (propertyOf(error, 'code') !== 'EPIPE') throw error;
}
