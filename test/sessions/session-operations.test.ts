import { expect } from 'chai';
import { connectToPool } from '../../src/sessions/pool-connection.js';
import { deleteSession } from '../../src/sessions/session-operations.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

const PATH = '/subscriptions/s/resourceGroups/g/sessionPools/p';
const AT = '2026-07-28T09:05:02.4865293Z';

function aClient(poolManagementEndpoint: string): SessionsClient {
  return new SessionsClient({
    poolManagementEndpoint,
    authCallback: () => 'a-token',
    identifier: 'session-1',
    retries: 0,
  });
}

describe('SessionsClient sessions', () => {
  afterEach(stopLoopbacks);

  it('reads a session', async () => {
    const session = { identifier: 'session-1', createdAt: AT, lastAccessedAt: AT, expireAt: AT, etag: 'x' };
    const server = await startLoopback(json(200, session));
    const at = new Date(AT);
    expect(await aClient(server.endpoint).getSession()).to.deep.equal({
      identifier: 'session-1',
      createdAt: at,
      lastAccessedAt: at,
      expiresAt: at,
      etag: 'x',
    });
    expect(`${server.requests[0]?.method} ${server.requests[0]?.url.pathname}`).to.equal(`GET ${PATH}/session`);
  });

  it('says that there is no such session, as the service does, with 400', async () => {
    const server = await startLoopback(
      json(400, { error: { code: 'SessionWithIdentifierNotFound', message: 'no session-1' } }),
    );
    const error = await rejectionOf(aClient(server.endpoint).getSession());
    expect(error).to.include({ code: 'not_found', serviceCode: 'SessionWithIdentifierNotFound' });
    expect(error.message).not.to.contain('session-1');
  });

  for (const [what, answer] of [
    ['that is there', text(204, '')],
    ['that is gone, in the words of the service', json(400, { error: { code: 'SessionWithIdentifierNotFound' } })],
    ['that is gone, with 404', json(404, {})],
  ] as const) {
    it(`deletes a session ${what}`, async () => {
      const server = await startLoopback(answer);
      await aClient(server.endpoint).deleteSession();
      expect(`${server.requests[0]?.method} ${server.requests[0]?.url.pathname}`).to.equal(`DELETE ${PATH}/session`);
    });
  }

  it('tells any other failure to delete', async () => {
    const server = await startLoopback(json(403, {}));
    expect(await rejectionOf(aClient(server.endpoint).deleteSession())).to.include({ code: 'forbidden' });
  });

  it('does not take a page for a session that was deleted', async () => {
    const server = await startLoopback(text(200, '\n<!doctype html><title>Sign in</title>'));
    const error = await rejectionOf(aClient(server.endpoint).deleteSession());
    expect(error).to.include({ code: 'invalid_response', status: 200 });
    expect(error.message).to.contain('HTML page').and.not.contain('Sign in');
    const said = await startLoopback(text(200, 'Session X in session pool Y stopped.'));
    await aClient(said.endpoint).deleteSession();
  });

  it('lists sessions page by page, and asks for no more than is read', async () => {
    const server = await startLoopback(
      json(200, { sessions: [{ identifier: 'a' }, { identifier: 'b' }], nextLink: '/listSessions?skip=2' }),
      json(200, { value: [{ identifier: 'c' }], nextLink: null }),
    );
    const read: string[] = [];
    for await (const { identifier } of aClient(server.endpoint).listSessions()) read.push(identifier);
    expect(read).to.deep.equal(['a', 'b', 'c']);
    expect(server.requests.map(({ url }) => `${url.pathname}${url.search}`)).to.deep.equal([
      `${PATH}/listSessions?api-version=2025-10-02-preview`,
      `${PATH}/listSessions?skip=2&api-version=2025-10-02-preview`,
    ]);
    const again = await startLoopback(json(200, { sessions: [{ identifier: 'a' }], nextLink: '/listSessions?skip=1' }));
    for await (const { identifier } of aClient(again.endpoint).listSessions()) {
      expect(identifier).to.equal('a');
      break;
    }
    expect(again.requests).to.have.length(1);
  });

  it('stops where there are more pages than any pool has, although they are empty', async () => {
    const server = await startLoopback((request, response) => {
      const skip = Number(request.url.searchParams.get('skip') ?? '0');
      json(200, { sessions: [], nextLink: `/listSessions?skip=${skip + 1}` })(request, response);
    });
    const sessions = aClient(server.endpoint).listSessions()[Symbol.asyncIterator]();
    const error = await rejectionOf(sessions.next());
    expect(error).to.include({ code: 'invalid_response' });
    expect(error.message).to.contain('more than 1000 pages');
    expect(server.requests).to.have.length(1_000);
  });

  it('uses the management verbs of the older versions', async () => {
    const server = await startLoopback(
      json(200, { identifier: 'session-1', expiresAt: AT }),
      json(200, { value: [{ identifier: 'a' }], count: 1, nextLink: null }),
    );
    const client = new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'a-token',
      identifier: 'session-1',
      apiVersion: '2024-02-02-preview',
    });
    expect((await client.getSession()).expiresAt).to.deep.equal(new Date(AT));
    for await (const { identifier } of client.listSessions()) expect(identifier).to.equal('a');
    expect(server.requests.map(({ method, url }) => `${method} ${url.pathname.replace(PATH, '')}`)).to.deep.equal([
      'POST /.management/getSession',
      'POST /.management/listSessions',
    ]);
  });

  it('reads what the pool says of itself', async () => {
    const metadata = { runtimes: [{ name: 'python', version: '3.12.7' }] };
    const server = await startLoopback(json(200, metadata));
    expect(await aClient(server.endpoint).getPoolMetadata()).to.deep.equal(metadata);
    expect(server.requests[0]?.url.pathname).to.equal(`${PATH}/metadata`);
  });

  it('stops the session of a custom container with its management verb, in every version', async () => {
    const server = await startLoopback(text(200, ''));
    const connection = connectToPool({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'a-token',
      identifier: 'session-1',
      apiVersion: '2024-02-02-preview',
    });
    const endpoint = { ...connection.endpoint, isCustomContainer: true };
    await deleteSession({ ...connection, endpoint }, {});
    expect(`${server.requests[0]?.method} ${server.requests[0]?.url.pathname}`).to.equal(
      `POST ${PATH}/.management/stopSession`,
    );
  });

  it('follows the pages of the older versions with their verb', async () => {
    const server = await startLoopback(
      json(200, { value: [{ identifier: 'a' }], nextLink: '/.management/listSessions?skip=1' }),
      json(200, { value: [{ identifier: 'b' }] }),
    );
    const client = new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'a-token',
      apiVersion: '2024-02-02-preview',
    });
    const read: string[] = [];
    for await (const { identifier } of client.listSessions()) read.push(identifier);
    expect(read).to.deep.equal(['a', 'b']);
    expect(server.requests.map(({ method }) => method)).to.deep.equal(['POST', 'POST']);
  });

  it('names the version that lists sessions', async () => {
    const server = await startLoopback(json(200, { sessions: [] }));
    const client = new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'a-token',
      apiVersion: '2024-10-02-preview',
    });
    expect(await rejectionOf(client.listSessions()[Symbol.asyncIterator]().next())).to.include({ code: 'unsupported' });
    expect(server.requests).to.have.length(0);
  });

  it('refuses what is no list of sessions, and what is no session', async () => {
    for (const answer of [null, [], {}, { sessions: {} }, { value: 'a' }, { sessions: [{}] }, { sessions: [null] }]) {
      const server = await startLoopback(json(200, answer));
      const sessions = aClient(server.endpoint).listSessions();
      expect(await rejectionOf(sessions[Symbol.asyncIterator]().next()), JSON.stringify(answer)).to.include({
        code: 'invalid_response',
      });
    }
    const server = await startLoopback(json(200, null));
    expect(await rejectionOf(aClient(server.endpoint).getSession())).to.include({ code: 'invalid_response' });
  });

  it('takes the session that was asked for where the answer does not name one, and says only what it knows', async () => {
    const server = await startLoopback(json(200, { createdAt: 'yesterday', etag: 7 }));
    expect(await aClient(server.endpoint).getSession()).to.deep.equal({ identifier: 'session-1' });
  });
});
