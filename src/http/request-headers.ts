import type { HttpRequest } from './http-request.js';

/** With the version of this package, written out: reading the manifest would not survive a bundler. */
const USER_AGENT = 'dynamic-sessions-kernel/0.1.0 (Language=TypeScript)';

/** The headers of a request, the token among them. What is streamed is to come as it is, not compressed. */
export function requestHeaders(
  { body }: HttpRequest,
  token: string,
  responseType: 'text' | 'stream',
): Record<string, string> {
  return {
    Authorization: bearer(token),
    'User-Agent': USER_AGENT,
    Accept: responseType === 'text' ? 'application/json' : '*/*',
    ...(responseType === 'stream' ? { 'Accept-Encoding': 'identity' } : {}),
    ...(body ? { 'Content-Type': body.contentType } : {}),
    ...(body?.type === 'stream' && body.lengthInBytes !== undefined
      ? { 'Content-Length': String(body.lengthInBytes) }
      : {}),
  };
}

/** The header that carries a token. */
export function bearer(token: string): string {
  return `Bearer ${token}`;
}
