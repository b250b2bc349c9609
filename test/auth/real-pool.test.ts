import { expect } from 'chai';
import { runWithCertificate } from '../helpers/run-with-certificate.js';

describe('real tokens, in an emulator that checks signature, issuer, audience and expiry', () => {
  let seen: Record<string, Record<string, unknown>> = {};
  before(async () => {
    seen = { ...Object(await runWithCertificate(new URL('./real-pool-program.js', import.meta.url))) };
  });

  for (const [library, who] of [
    ['msal', 'of @azure/msal-node'],
    ['identity', 'of @azure/identity'],
  ] as const) {
    it(`${who}, of four seconds, last 200 executions over 20 s: one request every three seconds, no failed call`, () => {
      // A token is renewed when a quarter of its life is left: at 0, 3, 6, 9, 12, 15 and 18 s.
      const expected = { executions: 200, refused: 0, tokens: 7, tokenRequests: 7 };
      expect(seen[library]?.['tokens of four seconds']).to.deep.equal(expected);
    });

    it(`${who} are fetched anew for every call that comes after the last has expired`, () => {
      const expected = { executions: 10, refused: 0, tokens: 10, tokenRequests: 10 };
      expect(seen[library]?.['calls further apart than a token lives']).to.deep.equal(expected);
    });

    it(`${who}, of an hour, are renewed behind a call of minute 56 and in order in minute 61`, () => {
      const expected = { executions: 3, refused: 0, tokens: 2, tokenRequests: 2 };
      expect(seen[library]?.['minute 61']).to.deep.equal(expected);
    });

    it(`${who} are asked for once when ten thousand ask`, () => {
      expect(seen[library]?.['ten thousand at once']).to.deep.equal({ tokens: 1, tokenRequests: 1 });
    });

    it(`${who} are replaced once for all when the pool no longer takes one, past the library's own cache`, () => {
      const expected = { executions: 21, tokens: 2, tokenRequests: 2, wasRefused: true };
      expect(seen[library]?.['a token that the pool no longer takes']).to.deep.equal(expected);
    });

    it(`${who}, for another audience, are refused with both audiences named`, () => {
      const { message, ...rest } = Object(seen[library]?.['another audience']);
      expect(rest).to.deep.equal({ executions: 0, refused: 2, tokens: 2, tokenRequests: 2, code: 'unauthorized' });
      expect(message)
        .to.contain("token's audience is https://management.azure.com")
        .and.contain('expected is https://dynamicsessions.io');
    });

    it(`${who}, for the older of the two audiences in use, are accepted`, () => {
      const expected = { executions: 1, refused: 0, tokens: 1, tokenRequests: 1 };
      expect(seen[library]?.['the older audience']).to.deep.equal(expected);
    });

    it(`${who}, changed on the way, are refused`, () => {
      expect(seen[library]?.['a token that somebody has changed']).to.include({ executions: 0, code: 'unauthorized' });
    });
  }
});
