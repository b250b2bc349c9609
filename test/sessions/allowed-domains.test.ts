import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { untyped } from '../helpers/untyped.js';

const authCallback = (): string => 'a-token';
const client = (poolManagementEndpoint: string, options: object = {}): SessionsClient =>
  new SessionsClient({ poolManagementEndpoint, ...options });

describe('allowedDomains', () => {
  for (const endpoint of [
    'https://westus2.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p',
    'https://eastus.acasessions.io/p',
    'https://pool.env.eastus.azurecontainerapps.io',
    'http://127.0.0.1:8000/p',
    'http://localhost/p',
  ]) {
    it(`lets the identity of this machine be shown at ${endpoint}`, () => {
      expect(() => client(endpoint)).not.to.throw();
    });
  }

  for (const endpoint of [
    'https://dynamicsessions.io.evil.example/p',
    'https://evildynamicsessions.io/p',
    'https://evil.example/westus2.dynamicsessions.io',
    'https://pool.example/p',
  ]) {
    it(`does not let the identity of this machine be shown at ${endpoint}`, () => {
      expect(() => client(endpoint))
        .to.throw(
          /is at [\w.]+, and tokens are sent to dynamicsessions\.io, .* only: .* name its host in `allowedDomains`/,
        )
        .with.property('code', 'invalid_options');
      expect(() => client(endpoint, { authCallback }), 'a callback decides for itself').not.to.throw();
    });
  }

  it('holds for every callback where it is given, and for hosts below', () => {
    const options = { authCallback, allowedDomains: ['Pool.Example', 'other.example'] };
    expect(() => client('https://pool.example/p', options)).not.to.throw();
    expect(() => client('https://deep.pool.example/p', options)).not.to.throw();
    expect(() => client('https://westus2.dynamicsessions.io/p', options)).to.throw(
      /sent to pool\.example, other\.example only/,
    );
    expect(() => client('https://pool.example/p', { allowedDomains: ['pool.example'] })).not.to.throw();
    expect(() => client('https://pool.example/p', { authCallback, allowedDomains: [] })).to.throw(/no host only/);
  });

  for (const host of ['pool', 'pool-1.example', 'pool.region.cloud.example']) {
    it(`takes ${host} for the name of a host`, () => {
      expect(() => client(`https://${host}/p`, { allowedDomains: [host] })).not.to.throw();
    });
  }

  it('does not take a missing callback for one that decides for itself', () => {
    expect(() => client('https://pool.example/p', { authCallback: null }))
      .to.throw(/`authCallback` is not a function/)
      .with.property('code', 'invalid_options');
    expect(() => client('https://pool.example/p', { authCallback: undefined })).to.throw(/allowedDomains/);
  });

  it('is a list of host names', () => {
    const paths = [['pool.example/p'], ['pool.example:443'], ['pool..example']];
    for (const allowedDomains of ['pool.example', ['https://pool.example'], [''], ['*.example'], [7], {}, ...paths]) {
      expect(() => client('http://localhost/p', { allowedDomains: untyped(allowedDomains) }))
        .to.throw(/`allowedDomains` is a list/)
        .with.property('code', 'invalid_options');
    }
  });
});
