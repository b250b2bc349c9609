import { expect } from 'chai';
import { readClaimsChallenge } from '../../src/http/claims-challenge.js';

describe('readClaimsChallenge', () => {
  it('decodes the claims of a challenge', () => {
    const header = 'Bearer realm="x", error="insufficient_claims", claims="eyJhIjoxfQ=="';
    expect(readClaimsChallenge(header)).to.equal('{"a":1}');
  });

  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer claims=""',
    'Bearer claims="%%%"',
    'Bearer error="invalid_token"',
  ]) {
    it(`finds none in ${String(header)}`, () => {
      expect(readClaimsChallenge(header)).to.equal(undefined);
    });
  }
});
