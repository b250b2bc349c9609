import { expect } from 'chai';
import { settingsFromEnv } from '../../src/sessions/settings-from-env.js';

describe('settingsFromEnv', () => {
  it('reads the endpoint from the first variable that is set', () => {
    const both = { ACA_POOL_MANAGEMENT_ENDPOINT: 'https://a', AZURE_POOL_MANAGEMENT_ENDPOINT: 'https://b' };
    expect(settingsFromEnv(both)).to.deep.equal({ poolManagementEndpoint: 'https://a' });
    expect(settingsFromEnv({ ...both, ACA_POOL_MANAGEMENT_ENDPOINT: ' ' })).to.deep.equal({
      poolManagementEndpoint: 'https://b',
    });
  });

  it('reads scope and emulator token, and nothing from nothing', () => {
    expect(settingsFromEnv({ ACA_TOKEN_ENDPOINT: ' s ', DYNAMIC_SESSIONS_EMULATOR_TOKEN: 't' })).to.deep.equal({
      scope: 's',
      emulatorToken: 't',
    });
    expect(settingsFromEnv({})).to.deep.equal({});
  });
});
