import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AxiosInstance, create } from 'axios';
import axiosRetry from 'axios-retry';

/** axios as one pool uses it. */
export interface AxiosDoor {
  readonly instance: AxiosInstance;
  /** The agents whose queue a request may have to wait in. */
  readonly queueingAgents: readonly unknown[];
}

/** Idle connections are closed well before a front end does it in the middle of a request. */
const IDLE_SOCKET_MS = 30_000;

/**
 * Sets axios up for one pool: one keep-alive agent for each scheme, no redirects, no parsing, axios-retry mounted.
 * Proxies of the environment are used for hosts elsewhere, where https makes them tunnels; loopback requests, bearer
 * token included, would be handed to them in the clear.
 */
export function createAxiosDoor({ maxSockets, isLoopback }: { maxSockets: number; isLoopback: boolean }): AxiosDoor {
  const agentOptions = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);
  const instance = create({
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    maxBodyLength: -1,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    ...(isLoopback ? { proxy: false } : {}),
  });
  axiosRetry(instance);
  return { instance, queueingAgents: [httpAgent, httpsAgent] };
}
