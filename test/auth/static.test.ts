import { expect } from 'chai';
import { staticAuth } from '../../src/auth/static.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { untyped } from '../helpers/untyped.js';

const SCOPE = { scope: 'https://dynamicsessions.io/.default' };

describe('staticAuth', () => {
  it('gives the token back, with its expiry where it has one', async () => {
    expect(await createTokenCache(staticAuth('abc')).get(SCOPE)).to.equal('abc');
    const token = { token: 'abc', expiresOnTimestamp: Date.now() + 60_000 };
    expect(await createTokenCache(staticAuth(token)).get(SCOPE)).to.equal('abc');
  });

  it('says since when a token has expired', async () => {
    for (const token of [makeJwt({ exp: 1_700_000_000 }), { token: 'abc', expiresOnTimestamp: 1_700_000_000_000 }]) {
      const error = await rejectionOf(createTokenCache(staticAuth(token)).get(SCOPE));
      expect(error).to.include({ code: 'auth_failed' });
      expect(error.message).to.equal(
        'The static token expired at 2023-11-14T22:13:20.000Z. Paste a new one, or use azureIdentityAuth().',
      );
    }
  });

  it('takes a token that expires this very moment for expired', () => {
    const systemNow = Date.now;
    Date.now = () => 1_700_000_000_000;
    try {
      const callback = staticAuth({ token: 'abc', expiresOnTimestamp: 1_700_000_000_000 });
      expect(() => callback({ scope: 'any', forceRefresh: false })).to.throw(/expired at 2023-11-14T22:13:20\.000Z/);
    } finally {
      Date.now = systemNow;
    }
  });

  it('refuses no token at once', () => {
    for (const nothing of ['', '  ', undefined, null, {}, { token: '' }]) {
      expect(() => staticAuth(untyped(nothing)))
        .to.throw(/no token/)
        .with.property('code', 'invalid_options');
    }
  });
});
