import { expect } from 'chai';
import { azureIdentityAuth } from '../../src/auth/azure-identity.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const SCOPE = 'https://dynamicsessions.io/.default';
const IN_AN_HOUR = Date.now() + 3_600_000;

describe('azureIdentityAuth', () => {
  it('asks the credential for the scope and passes signal and claims on', async () => {
    const asked: unknown[][] = [];
    const credential = {
      getToken: (...values: unknown[]) => {
        asked.push(values);
        return Promise.resolve({ token: 'abc', expiresOnTimestamp: IN_AN_HOUR, refreshAfterTimestamp: IN_AN_HOUR - 1 });
      },
    };
    const { signal } = new AbortController();
    const answer = await azureIdentityAuth(credential)({ scope: SCOPE, forceRefresh: false, claims: '{}', signal });
    expect(answer).to.deep.equal({
      token: 'abc',
      expiresOnTimestamp: IN_AN_HOUR,
      refreshAfterTimestamp: IN_AN_HOUR - 1,
    });
    expect(asked).to.deep.equal([[SCOPE, { abortSignal: signal, claims: '{}', enableCae: true }]]);
  });

  it('gets a rejected token past the cache of the credential', async () => {
    const asked: unknown[] = [];
    const callback = azureIdentityAuth({
      getToken: (_scope: string, options: object) => {
        asked.push(options);
        return Promise.resolve({ token: 'abc', expiresOnTimestamp: IN_AN_HOUR });
      },
    });
    await callback({ scope: SCOPE, forceRefresh: true });
    expect(asked).to.deep.equal([{ claims: '{"access_token":{}}' }]);
  });

  it('refuses what is no credential', () => {
    for (const wrong of ['secret', {}, null, { getToken: 'x' }]) {
      expect(() => azureIdentityAuth(wrong))
        .to.throw(/no `getToken` method/)
        .with.property('code', 'invalid_options');
    }
  });

  it('joins the messages of a chain, tells the next step and nothing secret', async () => {
    const chain = Object.assign(new Error('ChainedTokenCredential failed'), {
      errors: [
        new Error('EnvironmentCredential is unavailable. No environment variables.'),
        new Error('AADSTS7000215: client_secret=hunter2 is\n  invalid'),
      ],
      request: { headers: { Authorization: 'Bearer hunter2' } },
    });
    const cache = createTokenCache(azureIdentityAuth({ getToken: () => Promise.reject(chain) }));
    const error = await rejectionOf(cache.get({ scope: SCOPE }));
    expect(error).to.include({
      code: 'auth_failed',
      message:
        'The credential gave no token: EnvironmentCredential is unavailable. No environment variables; ' +
        'AADSTS7000215: client_secret=[redacted] is invalid. Check the credential, and that it may ask for tokens of this scope.',
    });
  });

  it('says so when the credential gives nothing', async () => {
    const cache = createTokenCache(azureIdentityAuth({ getToken: () => Promise.resolve(null) }));
    expect(await rejectionOf(cache.get({ scope: SCOPE }))).to.include({ code: 'auth_failed' });
  });
});
