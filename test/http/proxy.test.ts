import { expect } from 'chai';
import { runWithCertificate } from '../helpers/run-with-certificate.js';

describe('with a proxy in the environment', () => {
  let seen: Record<string, unknown> = {};
  before(async () => {
    seen = await runWithCertificate(new URL('./proxy-program.js', import.meta.url), { host: 'pool.example' });
  });

  it('a pool elsewhere is reached through tunnels, which show the proxy nothing but its name', () => {
    expect(seen['a pool elsewhere']).to.deep.equal({
      outcome: [42, 42],
      received: ['pool.example Bearer a-token', 'pool.example Bearer a-token'],
      tunnels: ['pool.example:443', 'pool.example:443'],
    });
    expect(seen['plainRequests']).to.deep.equal([]);
    expect(JSON.stringify(seen['headers'])).not.to.contain('a-token');
  });

  it('no more tunnels are open at once than there may be connections', () => {
    expect(seen['many at once']).to.deep.equal({ values: [42, 42, 42, 42, 42, 42], most: 2, tunnels: 6 });
  });

  for (const host of ['127.0.0.1', 'localhost']) {
    it(`a pool on ${host} is reached without it`, () => {
      const { outcome, received, tunnels } = Object(seen[`a pool on ${host}`]);
      expect({ outcome, tunnels }).to.deep.equal({ outcome: [42, 42], tunnels: [] });
      expect(received).to.have.length(2);
    });
  }

  it('a refusal of the proxy is an error, and nothing has run', () => {
    const { outcome, received } = Object(seen['a proxy that refuses']);
    expect(received).to.deep.equal([]);
    expect(outcome).to.deep.equal({
      code: 'network',
      message:
        'SessionsError: Running the code failed: the proxy answered 407, it wants credentials. Put a user name and a password into HTTPS_PROXY, or list the pool in NO_PROXY.',
    });
  });

  for (const [status, tunnels] of [
    [401, 2],
    [403, 2],
    [429, 4],
    [503, 4],
  ] as const) {
    it(`a refusal of the proxy with ${status} is not taken for one of the pool`, () => {
      const { outcome, received, tunnels: asked } = Object(seen[`a proxy that refuses with ${status}`]);
      expect(outcome).to.deep.equal({
        code: 'network',
        message: `SessionsError: Running the code failed: the proxy answered ${status}, it opened no tunnel to the pool, and nothing was sent. Let it allow the host of the pool, or list that in NO_PROXY.`,
      });
      expect(received).to.deep.equal([]);
      expect(asked).to.have.length(tunnels);
    });
  }

  it('a proxy that is gone is named as what to check', () => {
    const { outcome, received } = Object(seen['a proxy that is gone']);
    expect(received).to.deep.equal([]);
    expect(outcome.code).to.equal('network');
    expect(outcome.message).to.contain('the proxy settings');
  });
});
