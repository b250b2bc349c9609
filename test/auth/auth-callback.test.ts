import { expect } from 'chai';
import { readToken } from '../../src/auth/auth-callback.js';
import { makeJwt } from '../helpers/make-jwt.js';

const NOW = Date.UTC(2026, 0, 1);

describe('readToken', () => {
  it('takes a bare string for opaque', () => {
    expect(readToken('abc', NOW)).to.deep.equal({ token: 'abc' });
  });

  it('takes the expiry of a bare JSON Web Token from its exp', () => {
    const token = makeJwt({ exp: NOW / 1000 + 60 });
    expect(readToken(token, NOW)).to.deep.equal({ token, expiresOnTimestamp: NOW + 60_000 });
  });

  it('takes an AccessToken as it is', () => {
    const answer = { token: 'abc', expiresOnTimestamp: NOW + 1, refreshAfterTimestamp: NOW };
    expect(readToken(answer, NOW)).to.deep.equal(answer);
  });

  it('leaves out the time of renewal where there is none', () => {
    const answer = { token: 'abc', expiresOnTimestamp: NOW + 1 };
    expect(readToken(answer, NOW)).to.deep.equal(answer);
    expect(readToken({ ...answer, refreshAfterTimestamp: null }, NOW)).to.deep.equal(answer);
  });

  const secret = 'top-secret-token';
  const faults: readonly (readonly [string, unknown, RegExp])[] = [
    ['undefined', undefined, /returned no token \(undefined\)/],
    ['null', null, /returned no token \(null\)/],
    ['a number', 7, /returned a number instead of a token/],
    ['a function', () => secret, /returned a function instead of a token/],
    ['an empty string', '', /returned an empty token/],
    ['blanks', '  ', /returned an empty token/],
    ['a prefix', `Bearer ${secret}`, /"Bearer " prefix/],
    ['a prefix after blanks', ` \tbearer ${secret}`, /"Bearer " prefix/],
    ['a word that ends like the prefix', `for-bearer ${secret}`, /blanks in it/],
    ['a blank in the middle', `${secret} ${secret}`, /blanks in it/],
    ['a line break at the end', `${secret}\n`, /line break/],
    ['a letter that no header holds', `${secret}ü`, /no HTTP header/],
    ['a letter at the beginning that no header holds', `ü${secret}`, /no HTTP header/],
    ['an object without a token', { accessToken: secret }, /without a text in `token`/],
    [
      'a token that cannot be read',
      {
        get token(): string {
          throw new Error(secret);
        },
      },
      /without a text in `token`/,
    ],
    ['an object without an expiry', { token: secret }, /without `expiresOnTimestamp`/],
    ['null for an expiry', { token: secret, expiresOnTimestamp: null }, /without `expiresOnTimestamp`/],
    ['a Date', { token: secret, expiresOnTimestamp: new Date(NOW) }, /a Date in `expiresOnTimestamp`/],
    ['NaN', { token: secret, expiresOnTimestamp: Number.NaN }, /NaN in `expiresOnTimestamp`/],
    ['a text', { token: secret, expiresOnTimestamp: '2027' }, /a string in `expiresOnTimestamp`/],
    [
      'NaN to refresh after',
      { token: secret, expiresOnTimestamp: NOW + 1, refreshAfterTimestamp: Number.NaN },
      /NaN in `refreshAfterTimestamp`/,
    ],
    ['seconds', { token: secret, expiresOnTimestamp: NOW / 1000 + 3600 }, /in seconds/],
    [
      'seconds to refresh after',
      { token: secret, expiresOnTimestamp: NOW + 1, refreshAfterTimestamp: NOW / 1000 + 60 },
      /`refreshAfterTimestamp` in seconds/,
    ],
    ['the past', { token: secret, expiresOnTimestamp: NOW - 5000 }, /in the past \(5 s ago\)/],
    ['this very moment', { token: secret, expiresOnTimestamp: NOW }, /in the past \(0 s ago\)/],
    ['this very moment in seconds', { token: secret, expiresOnTimestamp: NOW / 1000 }, /in the past/],
    ['the beginning of 1970', { token: secret, expiresOnTimestamp: 1 }, /in the past/],
    ['a hundredth of now', { token: secret, expiresOnTimestamp: NOW / 100 }, /in the past/],
    ['an expired JSON Web Token', makeJwt({ exp: NOW / 1000 - 5, jti: secret }), /in the past \(5 s ago\)/],
  ];
  for (const [what, answer, message] of faults) {
    it(`says what is wrong with ${what}, and does not show it`, () => {
      expect(() => readToken(answer, NOW))
        .to.throw(message)
        .that.includes({ name: 'SessionsError', code: 'auth_failed' })
        .and.satisfies((error: Error) => !error.message.includes(secret));
    });
  }
});
