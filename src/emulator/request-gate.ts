import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServiceFailure } from './service-failure.js';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const CHALLENGE = { 'www-authenticate': 'Bearer' };

/** What every request must get past: a page in a browser on this machine could reach the port, too. */
export interface RequestGate {
  /** Throws unless the request names this server and comes from no foreign web page. */
  checkOrigin(message: IncomingMessage): void;
  checkToken(message: IncomingMessage): void;
}

export function createRequestGate(token: string, host: string): RequestGate {
  const hosts = new Set([...LOOPBACK_HOSTS, host]);
  const expected = digest(token);
  return {
    checkOrigin: ({ headers }) => {
      const named = hostName(headers.host);
      if (!hosts.has(named)) throw new ServiceFailure(403, 'Forbidden', 'The Host header does not name this emulator.');
      const { origin } = headers;
      if (origin !== undefined && origin !== `http://${headers.host}`) {
        throw new ServiceFailure(403, 'Forbidden', 'Requests from web pages are refused.');
      }
    },
    checkToken: ({ headers }) => {
      const [, sent] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
      if (sent === undefined) {
        throw new ServiceFailure(401, 'Unauthorized', 'The Authorization header has no bearer token.', CHALLENGE);
      }
      if (!timingSafeEqual(digest(sent), expected)) {
        throw new ServiceFailure(401, 'Unauthorized', "The bearer token is not this emulator's.", {
          'www-authenticate': 'Bearer error="invalid_token"',
        });
      }
    },
  };
}

function hostName(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase();
}

// Digests have one length, and comparing them in constant time tells nothing about the token's.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
