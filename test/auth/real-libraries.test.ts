import { expect } from 'chai';
import { runWithCertificate } from '../helpers/run-with-certificate.js';

describe('the real @azure/msal-node and @azure/identity', () => {
  let seen: Record<string, unknown> = {};
  before(async () => {
    seen = await runWithCertificate(new URL('./real-libraries-program.js', import.meta.url));
  });

  const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  for (const [flow, grants] of [
    ['client credentials', ['client_credentials', 'client_credentials']],
    ['on behalf of', [JWT_BEARER, JWT_BEARER]],
    ['device code', ['device_code', 'refresh_token']],
    ['identity', ['client_credentials', 'client_credentials']],
  ] as const) {
    it(`give tokens (${flow}) that are kept, and renewed when that is forced`, () => {
      expect(seen[flow]).to.deep.equal({ cached: true, renewed: true, grants });
    });
  }

  it('renew tokens of a managed identity by MSAL only', () => {
    expect(seen['a credential for a managed identity']).to.deep.equal({ cached: true, renewed: false, grants: [] });
    expect(seen['MSAL for a managed identity']).to.deep.equal({ cached: true, renewed: true, grants: [] });
    expect(seen['managed identity']).to.equal(3);
  });

  it('show the device code once', () => {
    expect(seen['codes']).to.deep.equal([{ userCode: 'USER-CODE', verificationUri: 'https://sign-in', message: 'go' }]);
  });

  for (const [who, prefix] of [
    ['refused by MSAL', 'MSAL gave no token: '],
    ['refused in a chain', 'The credential gave no token: '],
  ] as const) {
    it(`tell why (${who}), and nothing secret`, () => {
      const error = Object(seen[who]);
      expect(error).to.include({ name: 'SessionsError', code: 'auth_failed' });
      expect(error.message)
        .to.match(new RegExp(`^${prefix}.*AADSTS7000215: Invalid client secret provided`))
        .and.not.contain('hunter2');
    });
  }
});
