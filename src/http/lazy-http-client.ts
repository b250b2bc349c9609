import type { HttpClient, HttpClientOptions } from './http-client.js';
import type { HttpRequest } from './http-request.js';

/**
 * As `createHttpClient`, but axios, which is half of what the package loads, comes with the first request: a program that
 * only imports the package starts without it.
 */
export function createLazyHttpClient(options: HttpClientOptions): HttpClient {
  let loading: Promise<HttpClient> | undefined;
  let loaded: HttpClient | undefined;
  const whenLoaded = async <T>(request: HttpRequest, use: (client: HttpClient) => Promise<T>): Promise<T> => {
    request.reach?.begin(); // Under way from the first moment, for whoever closes the session meanwhile.
    try {
      loaded = await (loading ??= loadHttpClient(options));
      return await use(loaded);
    } finally {
      request.reach?.end();
    }
  };
  return {
    send: (request) => loaded?.send(request) ?? whenLoaded(request, (client) => client.send(request)),
    open: (request) => loaded?.open(request) ?? whenLoaded(request, (client) => client.open(request)),
  };
}

async function loadHttpClient(options: HttpClientOptions): Promise<HttpClient> {
  const { createHttpClient } = await import('./http-client.js');
  return createHttpClient(options);
}
