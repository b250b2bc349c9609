import { expect } from 'chai';
import { azureIdentityAuth, loopbackIdentityAuth } from '../../src/auth/azure-identity.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

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

  it('asks a credential that waits for a person with a signal of the caller too', async () => {
    const credential = {
      getToken: () => Promise.resolve({ token: 'abc', expiresOnTimestamp: IN_AN_HOUR }),
      authenticate: () => undefined,
    };
    const { signal } = new AbortController();
    const answer = await azureIdentityAuth(credential)({ scope: SCOPE, forceRefresh: false, signal });
    expect(answer).to.include({ token: 'abc' });
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
    expect(error.cause).to.be.an('error').with.property('message', 'ChainedTokenCredential failed');
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

  for (const [what, thrown, told] of [
    ['an error', new Error('out of order.. ;'), 'out of order'],
    ['an empty list of errors', Object.assign(new Error('none'), { errors: [] }), 'none'],
    ['errors that are no list', Object.assign(new Error('none'), { errors: 'two' }), 'none'],
    ['a word', 'no', 'no'],
    ['null', null, 'a thrown value of type null'],
    ['undefined', undefined, 'a thrown value of type undefined'],
  ] as const) {
    it(`tells ${what} that the credential failed with`, async () => {
      const callback = azureIdentityAuth({ getToken: () => Promise.reject(thrown) });
      const error = await rejectionOf(Promise.resolve(callback({ scope: SCOPE, forceRefresh: false })));
      expect(error.message).to.equal(
        `The credential gave no token: ${told}. Check the credential, and that it may ask for tokens of this scope.`,
      );
    });
  }

  it('rejects with the reason of who has left', async () => {
    const callback = azureIdentityAuth({ getToken: () => Promise.reject(new Error('The operation was aborted.')) });
    const reason = new Error('left');
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(Promise.resolve(callback({ scope: SCOPE, forceRefresh: false, signal })))).to.equal(
      reason,
    );
  });

  describe('without a credential', () => {
    const NAMES = ['AZURE_TOKEN_CREDENTIALS', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const;
    const before = NAMES.map((name) => process.env[name]);
    afterEach(async () => {
      for (const [index, name] of NAMES.entries()) {
        const value = before[index];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await stopLoopbacks();
    });

    it('asks DefaultAzureCredential, anew after a rejection, and says how to sign in', async () => {
      const expires_on = Math.floor(IN_AN_HOUR / 1000);
      const server = await startLoopback(json(200, { access_token: 'abc', expires_on, token_type: 'Bearer' }));
      process.env['IDENTITY_ENDPOINT'] = `${server.origin}/msi/token`;
      process.env['IDENTITY_HEADER'] = 'header';
      process.env['AZURE_TOKEN_CREDENTIALS'] = 'ManagedIdentityCredential';
      const callback = azureIdentityAuth();
      const ask = async (forceRefresh: boolean): Promise<unknown> => await callback({ scope: SCOPE, forceRefresh });
      expect(await ask(false)).to.include({ token: 'abc' });
      // Read whenever a DefaultAzureCredential is made, and not again.
      process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential';
      expect(await ask(false)).to.include({ token: 'abc' });
      expect((await rejectionOf(ask(true))).message)
        .to.match(/^DefaultAzureCredential gave no token: /)
        .and.contain('Sign in with `az login`');
    });

    it('says for a pool on this machine how to get the token of an emulator, and keeps the rest as the cause', async () => {
      process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential';
      const error = await rejectionOf(Promise.resolve(loopbackIdentityAuth()({ scope: SCOPE, forceRefresh: false })));
      expect(error).to.include({ code: 'auth_failed', fatal: true });
      expect(error.message)
        .to.contain('Set the variable to the token that the emulator printed')
        .and.contain('DYNAMIC_SESSIONS_EMULATOR_TOKEN')
        .and.not.contain('EnvironmentCredential');
      expect((error.cause as Error).message).to.contain('EnvironmentCredential');
    });
  });
});
