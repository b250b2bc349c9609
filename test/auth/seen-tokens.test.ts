import { expect } from 'chai';
import { SeenTokens } from '../../src/auth/seen-tokens.js';
import { makeJwt } from '../helpers/make-jwt.js';

describe('SeenTokens', () => {
  it('remembers what can be known by its value only, usable or not', () => {
    const seen = new SeenTokens();
    for (const answer of [
      'opaque-1',
      { token: 'opaque-2', expiresOnTimestamp: Number.NaN },
      'Bearer opaque-3\n',
      makeJwt({ sub: 'known by its shape' }),
      'opaque-1',
      undefined,
      null,
      7,
      {},
      '',
    ])
      seen.remember(answer);
    expect(seen.list()).to.deep.equal(['opaque-2', 'opaque-3', 'opaque-1']);
  });

  it('remembers what only begins as a JSON Web Token does', () => {
    const seen = new SeenTokens();
    const tokens = [
      'eyJ.a',
      'eyJhIjoxfQ',
      'eyJpdiI6IjAxMjM0NTY3ODkwMTIzNDU2Nzg5In0=',
      'eyJhIjoxfQ.a/b',
      'eyJpdiI6IjAx+MjM0NTY3ODkwMTIzNDU2Nzg5',
      'eyJhIjoxfQ.a.b.c.d.e',
    ];
    for (const token of tokens) seen.remember(token);
    expect(seen.list()).to.deep.equal(tokens);
  });

  it('remembers a token that begins or ends with the word of its kind', () => {
    const seen = new SeenTokens();
    seen.remember('Bearer bearer-7');
    seen.remember('the-bearer');
    expect(seen.list()).to.deep.equal(['bearer-7', 'the-bearer']);
  });

  it('forgets the oldest', () => {
    const seen = new SeenTokens();
    for (let count = 1; count <= 1_000; count += 1) seen.remember(`opaque-${count}`);
    expect(seen.list()).to.have.length(256);
    expect(seen.list().at(0)).to.equal('opaque-745');
  });
});
