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

  it('forgets the oldest', () => {
    const seen = new SeenTokens();
    for (let count = 1; count <= 1_000; count += 1) seen.remember(`opaque-${count}`);
    expect(seen.list()).to.have.length(256);
    expect(seen.list().at(0)).to.equal('opaque-745');
  });
});
