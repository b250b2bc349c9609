import { isSessionsError } from '../errors.js';
import { readJsonAnswer, refusePage } from '../http/json-answer.js';
import { requireFeature } from './api-version.js';
import { endlessPages, MOST_PAGES } from './endless-pages.js';
import { linkedUrl, type Query } from './endpoint.js';
import { addressed, addressedTo, type PoolConnection, sessionOf, standardQuery } from './pool-connection.js';
import { readRemoteFile, readRemoteFilePage, type RemoteFile } from './remote-file.js';
import { readRemoteDirectory, readRemotePath } from './remote-path.js';
import type { CallOptions } from './sessions-client-options.js';

/** How files are listed. */
export interface ListFilesOptions extends CallOptions {
  /** Relative to `/mnt/data`. @default its root */
  directory?: string | undefined;
  /** Whether to go into directories; since 2025-10-02-preview. @default false */
  recursive?: boolean | undefined;
}

/** Which directory a file name is relative to. */
export interface FileOptions extends CallOptions {
  /** Relative to `/mnt/data`. @default its root */
  directory?: string | undefined;
}

/** Lists files, all pages. */
export async function listFiles(connection: PoolConnection, options: ListFilesOptions): Promise<RemoteFile[]> {
  const identifier = sessionOf(connection, options);
  const directory = readRemoteDirectory(options.directory);
  if (options.recursive) requireFeature(connection.apiVersion, 'Listing files recursively');
  const operation = 'Listing the files';
  const call = { operation, method: 'GET', replay: 'idempotent', identifier, signal: options.signal } as const;
  const query = { ...directoryQuery(connection, directory), recursive: options.recursive ? 'true' : undefined };
  let request = addressed(connection, { ...call, segments: ['files'], query });
  const files: RemoteFile[] = [];
  const seen = new Set<string>();
  while (seen.size < MOST_PAGES && !seen.has(request.url.href)) {
    seen.add(request.url.href);
    const page = readRemoteFilePage(readJsonAnswer(await connection.http.send(request), operation), directory);
    files.push(...page.files);
    if (page.nextLink === undefined) return files;
    const url = linkedUrl(connection.endpoint, page.nextLink, standardQuery(connection, identifier));
    request = addressedTo(connection, url, call);
  }
  throw endlessPages(operation, seen.size);
}

/** Reads what the service knows of one file. */
export async function getFile(connection: PoolConnection, name: string, options: FileOptions): Promise<RemoteFile> {
  const path = readRemotePath(name, options.directory);
  const operation = 'Getting the file';
  const request = addressed(connection, {
    operation,
    method: 'GET',
    replay: 'idempotent',
    segments: ['files', path.name],
    query: directoryQuery(connection, path.directory),
    identifier: sessionOf(connection, options),
    signal: options.signal,
  });
  return readRemoteFile(readJsonAnswer(await connection.http.send(request), operation), path);
}

/** Deletes one file; succeeds if there is none of that name, and rejects if the pool refuses, such as for a folder. */
export async function deleteFile(connection: PoolConnection, name: string, options: FileOptions): Promise<void> {
  const path = readRemotePath(name, options.directory);
  const operation = 'Deleting the file';
  const request = addressed(connection, {
    operation,
    method: 'DELETE',
    replay: 'idempotent',
    segments: ['files', path.name],
    query: directoryQuery(connection, path.directory),
    identifier: sessionOf(connection, options),
    signal: options.signal,
  });
  try {
    refusePage(await connection.http.send(request), operation);
  } catch (error) {
    if (!isSessionsError(error) || error.code !== 'not_found') throw error;
  }
}

/** The parameter that names a directory. The root goes without: it is what every version means by saying nothing. */
export function directoryQuery({ apiVersion }: PoolConnection, directory: string): Query {
  if (directory === '') return {};
  requireFeature(apiVersion, 'Addressing a directory');
  return { path: directory };
}
