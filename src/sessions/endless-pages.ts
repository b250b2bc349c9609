import { SessionsError } from '../errors.js';

/** No listing has as many pages; a pool that links to ever more would have it go on without end. */
export const MOST_PAGES = 1_000;

/** What ends a listing that read `count` pages and was linked to one of them again, or to more than there can be. */
export function endlessPages(operation: string, count: number): SessionsError {
  const why = count < MOST_PAGES ? 'the pages link back to one another' : `there are more than ${MOST_PAGES} pages`;
  return new SessionsError('invalid_response', `${operation} stopped: ${why}.`);
}
