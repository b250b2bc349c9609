import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { checkConnection, checkName } from '../../src/cli/diagnose-network.js';
import type { Patient } from '../../src/cli/finding.js';
import { readEndpoint } from '../../src/sessions/endpoint.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { makeCertificate } from '../helpers/make-certificate.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'];

function aPatient(endpoint: string): Patient {
  return { settings: {}, signal: new AbortController().signal, endpoint: readEndpoint(endpoint) };
}

describe('the network of a diagnosis', () => {
  const settings: Record<string, string | undefined> = {};

  beforeEach(() => {
    for (const name of PROXY_VARIABLES) {
      settings[name] = process.env[name];
      delete process.env[name];
    }
  });

  afterEach(() => {
    for (const name of PROXY_VARIABLES) {
      delete process.env[name];
      if (settings[name] !== undefined) process.env[name] = settings[name];
    }
  });

  it('says so when a name is not known', async () => {
    const outcome = await checkName(aPatient('https://nowhere.invalid/sessionPools/p'));
    expect(outcome.status).to.equal('failed');
    expect(outcome.detail).to.match(/^nowhere\.invalid is not known \(E\w+\)$/);
  });

  it('leaves name and connection to the proxy that requests go through, without its password', async () => {
    process.env['HTTPS_PROXY'] = 'http://user:password@127.0.0.1:9';
    process.env['NO_PROXY'] = 'example.org, .test';
    const patient = aPatient('https://pool.invalid/sessionPools/p');
    expect(await checkName(patient)).to.deep.equal({ status: 'skipped', detail: 'the proxy 127.0.0.1:9 resolves it' });
    expect(await checkConnection(patient)).to.include({ status: 'skipped' });
  });

  it('looks for itself where NO_PROXY names the pool, and on loopback', async () => {
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
    process.env['NO_PROXY'] = '.invalid';
    expect(await checkName(aPatient('https://pool.invalid/x'))).to.include({ status: 'failed' });
    expect(await checkName(aPatient('http://127.0.0.1:9/x'))).to.include({ status: 'ok' });
  });

  for (const [exceptions, goesThroughProxy] of [
    ['invalid', true],
    ['region.invalid', true],
    ['.region.invalid', false],
    ['*.invalid', false],
    ['other.test POOL.region.INVALID', false],
    ['pool.region.invalid:443', false],
    ['pool.region.invalid:444', true],
    ['*', false],
  ] as const) {
    it(`reads NO_PROXY as the requests do: ${exceptions}`, async () => {
      process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
      process.env['NO_PROXY'] = exceptions;
      const endpoint = 'https://pool.region.invalid/sessionPools/p';
      const client = new SessionsClient({
        poolManagementEndpoint: endpoint,
        authCallback: () => 'a-token-of-ours',
        identifier: 'a-session',
        retries: 0,
      });
      const { message } = await rejectionOf(client.listFiles());
      expect(/ENOTFOUND|EAI_AGAIN/.test(message), message).to.equal(!goesThroughProxy);
      const { status } = await checkName(aPatient(endpoint));
      expect(status).to.equal(goesThroughProxy ? 'skipped' : 'failed');
    });
  }

  it('tells a certificate that nobody trusts', async () => {
    const { key, certificate: cert } = makeCertificate();
    const server = createServer({ key, cert }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const outcome = await checkConnection(aPatient(`https://127.0.0.1:${port}/x`));
      expect(outcome.status).to.equal('failed');
      expect(outcome.detail).to.match(/SELF_SIGNED|CERT|UNABLE/);
      expect(outcome.advice).to.contain('NODE_EXTRA_CA_CERTS');
    } finally {
      server.close();
    }
  });

  it('gives up at once when it is aborted', async () => {
    const reason = new Error('enough');
    const patient = { ...aPatient('http://127.0.0.1:9/x'), signal: AbortSignal.abort(reason) };
    expect(await checkConnection(patient).catch((error: unknown) => error)).to.equal(reason);
  });
});
