import { SessionsError } from '../errors.js';
import { asDate, asFields, asNumber, asText, type JsonFields } from './json-fields.js';
import { DATA_DIRECTORY, fullPathOf, type RemotePath } from './remote-path.js';

/** A file or directory of a session. */
export interface RemoteFile {
  /** The bare name. */
  readonly name: string;
  readonly type: 'file' | 'directory';
  readonly sizeInBytes?: number;
  /** 1970 where the service does not say. */
  readonly lastModifiedAt: Date;
  readonly contentType?: string;
  /** Relative to `/mnt/data`; empty for the root. */
  readonly directory: string;
  /** Such as `/mnt/data/results/plot.png`. */
  readonly fullPath: string;
}

/** A page of a listing. */
export interface RemoteFilePage {
  readonly files: RemoteFile[];
  readonly nextLink?: string;
}

/** Reads one file, flat as in the current versions or wrapped in `properties`, alone or as the only entry of a list. */
export function readRemoteFile(body: unknown, asked: RemotePath): RemoteFile {
  const listed: unknown = asFields(body)?.['value'] ?? body;
  const entry: unknown = Array.isArray(listed) ? listed[0] : listed;
  const fields = asFields(entry);
  if (fields === undefined) throw unreadable();
  return readEntry(fields, asked.directory, asked.name);
}

/** Reads one page of a listing. @throws SessionsError `invalid_response`. */
export function readRemoteFilePage(body: unknown, directory: string): RemoteFilePage {
  const page = asFields(body);
  const entries = page?.['value'];
  if (!Array.isArray(entries)) throw unreadable();
  const files = entries.map((entry: unknown) => {
    const fields = asFields(entry);
    if (fields === undefined) throw unreadable();
    return readEntry(fields, directory, undefined);
  });
  const nextLink = asText(page?.['nextLink']);
  return { files, ...(nextLink ? { nextLink } : {}) };
}

function readEntry(entry: JsonFields, directory: string, askedName: string | undefined): RemoteFile {
  const fields = asFields(entry['properties']) ?? entry;
  const named = asText(fields['name']) ?? asText(fields['filename']) ?? askedName;
  if (named === undefined || named === '') throw unreadable();
  const { directory: parents, name } = splitName(named);
  const place = readDirectory(fields['directory']) ?? [directory, parents].filter((part) => part !== '').join('/');
  const sizeInBytes = asNumber(fields['sizeInBytes'] ?? fields['size']);
  const contentType = asText(fields['contentType']);
  return {
    name,
    type: asText(fields['type'])?.toLowerCase() === 'directory' ? 'directory' : 'file',
    ...(sizeInBytes === undefined ? {} : { sizeInBytes }),
    lastModifiedAt: asDate(fields['lastModifiedAt'] ?? fields['lastModifiedTime']) ?? new Date(0),
    ...(contentType ? { contentType } : {}),
    directory: place,
    fullPath: fullPathOf({ directory: place, name }),
  };
}

/** The root comes as an empty text, as `.`, or not at all: then the directory that was asked for counts. */
function readDirectory(value: unknown): string | undefined {
  const text = asText(value)
    ?.replace(/^\/mnt\/data(?=\/|$)/, '')
    .replace(/^(\.?\/)+|\/+$/g, '');
  return text === '' || text === '.' ? undefined : text;
}

function splitName(named: string): RemotePath {
  const path = named.startsWith(`${DATA_DIRECTORY}/`) ? named.slice(DATA_DIRECTORY.length + 1) : named;
  const cut = path.lastIndexOf('/');
  return { directory: cut < 0 ? '' : path.slice(0, cut), name: path.slice(cut + 1) };
}

function unreadable(): SessionsError {
  return new SessionsError('invalid_response', "The session pool's answer about a file cannot be read.");
}
