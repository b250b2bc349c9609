import type { HttpRequest } from './http-request.js';

/**
 * What the caller of a request that failed on its way has to know: it may have been carried out all the same. Whoever is
 * told to try again, a model above all, would send the code a second time.
 */
export function aftermathOf({ replay, asksForCode }: Pick<HttpRequest, 'replay' | 'asksForCode'>): string | undefined {
  if (asksForCode === true)
    return 'The code has been started, and may have run: see what it did before you send it again.';
  if (replay === 'execute') return 'The code may have run: see what it did before you send it again.';
  return replay === 'upload' ? 'The file may have arrived; list the files before sending it again.' : undefined;
}
