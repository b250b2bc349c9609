import { invalidRequest } from './service-failure.js';

/** The path and the query of a request line. */
export interface RequestTarget {
  /** As it came, without the query. */
  readonly path: string;
  /** Decoded once, empty ones left out. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Splits before it decodes: an encoded slash or dot in a file's name is not part of the path's structure. */
export function readTarget(url: string): RequestTarget {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const query = new URLSearchParams(end < 0 ? '' : url.slice(end + 1));
  return {
    path,
    query,
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
