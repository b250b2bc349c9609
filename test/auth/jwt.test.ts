import { expect } from 'chai';
import { readJwtClaims } from '../../src/auth/jwt.js';
import { makeJwt } from '../helpers/make-jwt.js';

const part = (json: string): string => Buffer.from(json).toString('base64url');

describe('readJwtClaims', () => {
  it('reads the expiry in milliseconds and the audience as a list', () => {
    const token = makeJwt({ exp: 1_800_000_000, aud: 'https://dynamicsessions.io' });
    expect(readJwtClaims(token)).to.deep.equal({
      expiresOnTimestamp: 1_800_000_000_000,
      audiences: ['https://dynamicsessions.io'],
    });
  });

  it('reads several audiences, and a token without an expiry', () => {
    expect(readJwtClaims(makeJwt({ aud: ['a', 'b', 3] }))).to.deep.equal({ audiences: ['a', 'b'] });
    expect(readJwtClaims(makeJwt({ exp: 'soon' }))).to.deep.equal({ audiences: [] });
  });

  it('leaves out an expiry that is too large for a number', () => {
    expect(readJwtClaims(`${part('{}')}.${part('{"exp":1e400}')}.x`)).to.deep.equal({ audiences: [] });
  });

  for (const opaque of [
    'abc',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    '..',
    'e30.bm90anNvbg.x',
    '',
    `${part('{}')}.${part('{}')}`,
    `${part('{}')}.${part('{}')}.x.y`,
    `abc.${part('{}')}.x`,
    `${part('{}')}.!${part('{}')}.x`,
    `${part('{}')}.${part('{}')}!.x`,
    `${part('{}')}.${part('7')}.x`,
    `${part('{}')}.${part('null')}.x`,
    `${part('"text"')}.${part('{}')}.x`,
  ]) {
    it(`takes ${JSON.stringify(opaque)} for opaque`, () => {
      expect(readJwtClaims(opaque)).to.equal(undefined);
    });
  }
});
