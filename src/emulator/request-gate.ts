import type { IncomingMessage } from 'node:http';
import { type AccessCheck, ownTokenAccess } from './access-check.js';
import { splitTarget } from './request-target.js';
import { ServiceFailure } from './service-failure.js';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What every request must get past: a page in a browser on this machine could reach the port, too. */
export interface RequestGate {
  /** Throws unless the request names this server and comes from no foreign web page. */
  checkOrigin(message: IncomingMessage): void;
  /** Rejects unless the request may use the pool. */
  checkAccess(message: IncomingMessage): Promise<void>;
  /** Rejects unless the request may see and change the emulator itself. */
  checkControl(message: IncomingMessage): Promise<void>;
}

export interface RequestGateOptions {
  readonly host: string;
  /** The emulator's own: what its control routes ask for, whoever may use the pool. */
  readonly token: string;
  readonly access: AccessCheck;
}

export function createRequestGate({ host, token, access }: RequestGateOptions): RequestGate {
  const hosts = new Set([...LOOPBACK_HOSTS, host]);
  const control = ownTokenAccess(token);
  return {
    checkOrigin: ({ headers, url = '/' }) => {
      const named = splitTarget(url).authority ?? headers.host;
      if (!hosts.has(hostName(named)))
        throw new ServiceFailure(403, 'Forbidden', 'The Host header does not name this emulator.');
      // Browsers send the second with the requests that have no Origin, such as those of pictures.
      const { origin, 'sec-fetch-site': site } = headers;
      const isForeign = origin !== undefined && origin !== `http://${named}`;
      if (isForeign || site === 'cross-site' || site === 'same-site') {
        throw new ServiceFailure(403, 'Forbidden', 'Requests from web pages are refused.');
      }
    },
    checkAccess: ({ headers }) => access(headers.authorization),
    checkControl: ({ headers }) => control(headers.authorization),
  };
}

function hostName(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase();
}
