import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeCertificate } from '../helpers/make-certificate.js';

describe('the real @azure/msal-node and @azure/identity', () => {
  let seen: Record<string, unknown> = {};
  before(() => {
    const directory = mkdtempSync(join(tmpdir(), 'identity-provider-'));
    try {
      const { key, certificate } = makeCertificate();
      const [keyPath, certificatePath] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
      writeFileSync(keyPath, key);
      writeFileSync(certificatePath, certificate);
      const program = fileURLToPath(new URL('./real-libraries-program.js', import.meta.url));
      const { stdout, stderr, status } = spawnSync(process.execPath, [program, keyPath, certificatePath], {
        encoding: 'utf8',
        env: { ...process.env, NODE_EXTRA_CA_CERTS: certificatePath },
      });
      expect(status, stderr).to.equal(0);
      seen = JSON.parse(stdout);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
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
