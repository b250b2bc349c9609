import { invalidRequest } from './service-failure.js';

/** The path and the query of a request line. */
export interface RequestTarget {
  /** As it came, without the query. */
  readonly path: string;
  /** Decoded once, empty ones left out. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** The parts of a request line's target as they came. */
export interface TargetParts {
  /** Of a target in the absolute form, which is mostly for proxies; it takes the place of the Host header. */
  readonly authority?: string;
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
}

const ABSOLUTE = /^http:\/\/([^/?]*)/i;

/** Never throws. */
export function splitTarget(url: string): TargetParts {
  const [before = '', authority] = ABSOLUTE.exec(url) ?? [];
  const target = url.slice(before.length);
  const end = target.indexOf('?');
  return {
    ...(authority !== undefined && { authority }),
    path: end < 0 ? target : target.slice(0, end),
    search: end < 0 ? '' : target.slice(end + 1),
  };
}

/** Splits before it decodes: an encoded slash or dot in a file's name is not part of the path's structure. */
export function readTarget(url: string): RequestTarget {
  const { path, search } = splitTarget(url);
  return {
    path,
    query: new URLSearchParams(search),
    segments: path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decode),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidRequest('The path is not correctly percent-encoded.');
  }
}
