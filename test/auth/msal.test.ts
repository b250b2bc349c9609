import { expect } from 'chai';
import { msalAuth } from '../../src/auth/msal.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const SCOPE = 'https://dynamicsessions.io/.default';
const CONTEXT = { scope: SCOPE, forceRefresh: false };
const EXPIRES = new Date(Date.now() + 3_600_000);

function aClient(...methods: readonly string[]) {
  const asked: { method: string; request: Record<string, unknown> }[] = [];
  const client: Record<string, unknown> = {};
  for (const method of methods) {
    client[method] = (request: Record<string, unknown>) => {
      asked.push({ method, request });
      return Promise.resolve({ accessToken: `token-${asked.length}`, expiresOn: EXPIRES, account: { name: 'ada' } });
    };
  }
  return { client, asked };
}

describe('msalAuth', () => {
  it('asks a confidential client for its own credentials, and past its cache when a refresh is forced', async () => {
    const { client, asked } = aClient('acquireTokenByClientCredential');
    const callback = msalAuth(client);
    expect(await callback(CONTEXT)).to.deep.equal({ token: 'token-1', expiresOnTimestamp: EXPIRES.getTime() });
    await callback({ ...CONTEXT, forceRefresh: true, claims: '{}' });
    expect(asked.map(({ request }) => request)).to.deep.equal([
      { scopes: [SCOPE], skipCache: false },
      { scopes: [SCOPE], skipCache: true, claims: '{}' },
    ]);
  });

  it('acts on behalf of a user whose assertion it asks for each time', async () => {
    const { client, asked } = aClient('acquireTokenOnBehalfOf', 'acquireTokenByClientCredential');
    let calls = 0;
    await msalAuth(client, { onBehalfOf: async () => `assertion-${(calls += 1)}` })(CONTEXT);
    expect(asked).to.deep.equal([
      { method: 'acquireTokenOnBehalfOf', request: { scopes: [SCOPE], oboAssertion: 'assertion-1', skipCache: false } },
    ]);
  });

  it('shows a device code once and renews silently from then on', async () => {
    const { client, asked } = aClient('acquireTokenByDeviceCode', 'acquireTokenSilent');
    const shown: unknown[] = [];
    const callback = msalAuth(client, { deviceCodeCallback: (info) => shown.push(info) });
    await callback(CONTEXT);
    await callback({ ...CONTEXT, forceRefresh: true });
    expect(asked.map(({ method }) => method)).to.deep.equal(['acquireTokenByDeviceCode', 'acquireTokenSilent']);
    expect(asked[1]?.request).to.deep.equal({ scopes: [SCOPE], account: { name: 'ada' }, forceRefresh: true });
    const show: unknown = asked[0]?.request['deviceCodeCallback'];
    if (typeof show === 'function')
      show({ userCode: 'ABC', verificationUri: 'https://x', message: 'go', deviceCode: 'secret' });
    expect(shown).to.deep.equal([{ userCode: 'ABC', verificationUri: 'https://x', message: 'go' }]);
  });

  it('shows a device code again when renewing is refused', async () => {
    const { client, asked } = aClient('acquireTokenByDeviceCode');
    client['acquireTokenSilent'] = () => Promise.reject(new Error('interaction_required'));
    const callback = msalAuth(client, { deviceCodeCallback: () => undefined });
    await callback(CONTEXT);
    await callback(CONTEXT);
    expect(asked.map(({ method }) => method)).to.deep.equal(['acquireTokenByDeviceCode', 'acquireTokenByDeviceCode']);
  });

  it('asks a managed identity for the resource', async () => {
    const { client, asked } = aClient('acquireToken');
    await msalAuth(client)({ ...CONTEXT, forceRefresh: true });
    expect(asked[0]?.request).to.deep.equal({ resource: 'https://dynamicsessions.io', forceRefresh: true });
  });

  it('refuses a client that cannot do what is asked for', () => {
    const { client } = aClient('acquireTokenByClientCredential');
    for (const build of [
      () => msalAuth({}),
      () => msalAuth(undefined),
      () => msalAuth(client, { onBehalfOf: () => 'x' }),
      () => msalAuth(client, { deviceCodeCallback: () => undefined }),
      () => msalAuth(client, { onBehalfOf: () => 'x', deviceCodeCallback: () => undefined }),
    ]) {
      expect(build).to.throw().with.property('code', 'invalid_options');
    }
  });

  it("gives MSAL's message, without secrets, and says so when there is no token", async () => {
    const failing = { acquireToken: () => Promise.reject(new Error('invalid_client: client_assertion=ey.x.y')) };
    expect(await rejectionOf(createTokenCache(msalAuth(failing)).get(CONTEXT))).to.include({
      code: 'auth_failed',
      message: 'MSAL gave no token: invalid_client: client_assertion=[redacted]',
    });
    const empty = { acquireToken: () => Promise.resolve(null) };
    expect(await rejectionOf(createTokenCache(msalAuth(empty)).get(CONTEXT))).to.include({ code: 'auth_failed' });
  });
});
