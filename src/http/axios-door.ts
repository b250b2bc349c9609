import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AxiosInstance, create, type CreateAxiosDefaults } from 'axios';
import axiosRetry from 'axios-retry';

/** Idle connections are closed well before a front end does it in the middle of a request. */
const IDLE_SOCKET_MS = 30_000;

/** What axios sets on the connection of each request; with another value the agent would set it back after each. */
const KEEP_ALIVE_PROBE_MS = 60_000;

/** How connections are made. */
export interface ConnectionOptions {
  readonly maxSockets: number;
  readonly isLoopback: boolean;
  /** Makes the connections in place of an own one. */
  readonly agent?: HttpAgent | undefined;
}

/**
 * Sets axios up for one pool: keep-alive connections, no redirects, no parsing, axios-retry mounted.
 * Proxies of the environment are used for hosts elsewhere, where https makes them tunnels; loopback requests, bearer
 * token included, would be handed to them in the clear. An agent that is given has its own mind about proxies.
 */
export function createAxiosDoor({ maxSockets, isLoopback, agent }: ConnectionOptions): AxiosInstance {
  const agentOptions = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, maxSockets, timeout: IDLE_SOCKET_MS };
  const instance = createOwnInstance({
    httpAgent: agent ?? new HttpAgent(agentOptions),
    httpsAgent: agent ?? new HttpsAgent(agentOptions),
    maxRedirects: 0,
    maxBodyLength: -1,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: (status) => status >= 200 && status < 300,
    ...(isLoopback || (agent && !usesNodesProxies(agent)) ? { proxy: false } : {}),
  });
  axiosRetry(instance);
  return instance;
}

/**
 * Without what an application has set in `axios.defaults` for its own requests, which `create` passes on: a time limit would
 * cut executions, a password would take the place of the token, and headers and parameters would go to the pool.
 */
function createOwnInstance(own: CreateAxiosDefaults): AxiosInstance {
  const instance = create();
  for (const name of Object.keys(instance.defaults)) Reflect.deleteProperty(instance.defaults, name);
  Object.assign(instance.defaults, own);
  return instance;
}

/** Newer versions of Node have agents with a proxy, which axios would take away from them with `proxy: false`. */
function usesNodesProxies(agent: HttpAgent): boolean {
  const options: unknown = Reflect.get(agent, 'options');
  return typeof options === 'object' && options !== null && Boolean(Reflect.get(options, 'proxyEnv'));
}
