import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { msalAuth } from '../../src/auth/msal.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { untyped } from '../helpers/untyped.js';

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
    await msalAuth(client)({ scope: 'https://x/.default/y', forceRefresh: false, claims: '{}' });
    expect(asked[1]?.request).to.deep.equal({ resource: 'https://x/.default/y', forceRefresh: false, claims: '{}' });
  });

  it('asks for another code when renewing and signing in were refused', async () => {
    const asked: string[] = [];
    const results = [Promise.resolve({ accessToken: 'abc', account: { name: 'ada' } })];
    const client = {
      acquireTokenSilent: () => Promise.reject(new Error(`refused ${asked.push('silently')}`)),
      acquireTokenByDeviceCode: () =>
        results.shift() ?? Promise.reject(new Error(`not signed in ${asked.push('by code')}`)),
    };
    const callback = msalAuth(client, { deviceCodeCallback: () => undefined });
    expect(await callback(CONTEXT)).to.equal('abc');
    const failures = [
      await rejectionOf(Promise.resolve(callback(CONTEXT))),
      await rejectionOf(Promise.resolve(callback(CONTEXT))),
    ];
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'MSAL gave no token: not signed in 2',
      'MSAL gave no token: not signed in 3',
    ]);
    expect(asked).to.deep.equal(['silently', 'by code', 'by code']);
  });

  it('cancels a device code when nobody waits any more, and leaves nothing on the signal', async () => {
    const leaving = new AbortController();
    const seen: unknown[] = [];
    const client = {
      acquireTokenSilent: () => undefined,
      acquireTokenByDeviceCode: (request: { cancel: boolean }) => {
        seen.push(request.cancel);
        leaving.abort(new Error('left'));
        seen.push(request.cancel);
        return Promise.reject(new Error('cancelled'));
      },
    };
    const callback = msalAuth(client, { deviceCodeCallback: () => undefined });
    const asking = Promise.resolve(callback({ ...CONTEXT, signal: leaving.signal }));
    expect((await rejectionOf(asking)).message).to.equal('left');
    expect(seen).to.deep.equal([false, true]);
    const { client: quick } = aClient('acquireTokenByDeviceCode', 'acquireTokenSilent');
    const { signal } = new AbortController();
    await msalAuth(quick, { deviceCodeCallback: () => undefined })({ ...CONTEXT, signal });
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('asks nobody to sign in when the caller leaves while it renews, and stays signed in', async () => {
    const leaving = new AbortController();
    const reason = new Error('left');
    const { client, asked } = aClient('acquireTokenByDeviceCode');
    const renewals: (() => Promise<unknown>)[] = [
      () => {
        leaving.abort(reason);
        return Promise.reject(new Error('refused'));
      },
      () => Promise.resolve({ accessToken: 'renewed' }),
    ];
    client['acquireTokenSilent'] = () => renewals.shift()?.();
    const callback = msalAuth(client, { deviceCodeCallback: () => undefined });
    await callback(CONTEXT);
    expect(await rejectionOf(Promise.resolve(callback({ ...CONTEXT, signal: leaving.signal })))).to.equal(reason);
    expect(await callback(CONTEXT)).to.equal('renewed');
    expect(asked).to.have.length(1);
  });

  it('takes over when MSAL would renew, and a token without an expiry as it is', async () => {
    const answers = [
      { accessToken: 'abc', expiresOn: EXPIRES, refreshOn: new Date(EXPIRES.getTime() - 1) },
      { accessToken: 'opaque', expiresOn: null },
    ];
    const callback = msalAuth({ acquireToken: () => Promise.resolve(answers.shift()) });
    expect(await callback(CONTEXT)).to.deep.equal({
      token: 'abc',
      expiresOnTimestamp: EXPIRES.getTime(),
      refreshAfterTimestamp: EXPIRES.getTime() - 1,
    });
    expect(await callback(CONTEXT)).to.equal('opaque');
  });

  for (const [what, told] of [
    [null, 'returned no token (null)'],
    [undefined, 'returned no token (undefined)'],
    [7, 'returned a number instead of a token'],
  ] as const) {
    it(`says so when MSAL gives ${what}`, async () => {
      const give = (): Promise<unknown> => Promise.resolve(what);
      const byCode = { acquireTokenByDeviceCode: give, acquireTokenSilent: give };
      for (const callback of [
        msalAuth({ acquireToken: give }),
        msalAuth(byCode, { deviceCodeCallback: () => undefined }),
      ])
        expect((await rejectionOf(Promise.resolve(callback(CONTEXT)))).message).to.contain(told);
    });
  }

  it('does not act as the application where the user is misspelt, or is no function', () => {
    const { client, asked } = aClient('acquireTokenByClientCredential', 'acquireTokenOnBehalfOf', 'acquireToken');
    for (const [options, message] of [
      [{ onBehalf: () => 'x' }, /^msalAuth has no option `onBehalf`\. There are: `onBehalfOf`, /],
      [{ onBehalfOf: 'assertion' }, /^`onBehalfOf` is a function, not a string\.$/],
      [{ onBehalfOf: '' }, /^`onBehalfOf` is a function/],
      [{ onBehalfOf: null }, /^`onBehalfOf` is a function, not null\.$/],
      [{ deviceCodeCallback: true }, /^`deviceCodeCallback` is a function/],
    ] as const) {
      expect(() => msalAuth(client, untyped(options)))
        .to.throw(message)
        .with.property('code', 'invalid_options');
    }
    expect(asked).to.deep.equal([]);
    expect(msalAuth(client, untyped({ onBehalfOf: undefined, other: undefined }))).to.be.a('function');
  });

  it('refuses a client that cannot do what is asked for', () => {
    const { client } = aClient('acquireTokenByClientCredential');
    for (const build of [
      () => msalAuth({}),
      () => msalAuth(undefined),
      () => msalAuth(null),
      () => msalAuth(client, { onBehalfOf: () => 'x' }),
      () => msalAuth(client, { deviceCodeCallback: () => undefined }),
    ]) {
      expect(build)
        .to.throw(/has no `acquire/)
        .with.property('code', 'invalid_options');
    }
    const { client: able } = aClient('acquireTokenOnBehalfOf');
    expect(() => msalAuth(able, { onBehalfOf: () => 'x', deviceCodeCallback: () => undefined }))
      .to.throw(/not both/)
      .with.property('code', 'invalid_options');
    for (const [options, found] of [
      [null, 'null'],
      ['device code', 'a string'],
    ] as const) {
      expect(() => msalAuth(able, untyped(options)))
        .to.throw(`msalAuth takes its options as an object, not ${found}.`)
        .with.property('code', 'invalid_options');
    }
  });

  it("gives MSAL's message, without secrets, and says so when there is no token", async () => {
    const failing = { acquireToken: () => Promise.reject(new Error('invalid_client: client_assertion=ey.x.y')) };
    const error = await rejectionOf(createTokenCache(msalAuth(failing)).get(CONTEXT));
    expect(error).to.include({
      code: 'auth_failed',
      message: 'MSAL gave no token: invalid_client: client_assertion=[redacted]',
    });
    expect(error.cause).to.be.an('error').with.property('message', 'invalid_client: client_assertion=[redacted]');
    const empty = { acquireToken: () => Promise.resolve(null) };
    expect(await rejectionOf(createTokenCache(msalAuth(empty)).get(CONTEXT))).to.include({ code: 'auth_failed' });
  });
});
