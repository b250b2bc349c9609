import { expect } from 'chai';
import { sharedTokenCache } from '../../src/auth/token-cache.js';
import { createLazyHttpClient } from '../../src/http/lazy-http-client.js';
import { createReach } from '../../src/http/reach.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

describe('createLazyHttpClient', () => {
  afterEach(stopLoopbacks);

  function clientFor(origin: string): ReturnType<typeof createLazyHttpClient> {
    const tokens = sharedTokenCache(() => 'token');
    return createLazyHttpClient({ origin, tokens, scope: 'scope', retries: 0, connectTimeoutMs: 5000, maxSockets: 4 });
  }

  const request = {
    operation: 'Listing the files',
    method: 'GET',
    replay: 'idempotent',
    timeoutMs: 5000,
    secrets: [],
  } as const;

  it('counts a request as under way from the first moment, before axios is there', async () => {
    const pool = await startLoopback(json(200, {}));
    const reach = createReach();
    const answer = clientFor(pool.origin).send({ ...request, url: new URL('/files', pool.origin), reach });
    expect(reach.mayHaveBegun).to.equal(true);
    expect((await answer).status).to.equal(200);
    expect(reach.mayHaveBegun).to.equal(true);
  });

  it('counts one that never had a connection as not arrived', async () => {
    const reach = createReach();
    const url = new URL('http://127.0.0.1:9/files');
    const error = await rejectionOf(clientFor(url.origin).send({ ...request, url, reach }));
    expect(error).to.have.property('code', 'network');
    expect(reach.mayHaveBegun).to.equal(false);
  });
});
