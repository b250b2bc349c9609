import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { createIssuerKeys } from '../../src/emulator/issuer-keys.js';
import { anIssuer, type TokenIssuer } from '../helpers/an-issuer.js';
import { type RawAnswer, requestsTo } from '../helpers/emulator-requests.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, stall, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

const HOUR_S = 3600;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;

describe('the option issuer', () => {
  let issuer: TokenIssuer;
  let emulator: SessionPoolEmulator;
  const callWith = (token: string): Promise<RawAnswer> => requestsTo(emulator).call('GET', 'files', { token });
  const startWith = async (url: string, audience?: string): Promise<void> => {
    const options = { url, ...(audience !== undefined && { audience }) };
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), issuer: options });
  };

  beforeEach(async () => {
    issuer = await anIssuer();
    await startWith(issuer.url);
  });
  afterEach(async () => {
    await emulator.stop();
    await stopLoopbacks();
  });

  for (const audience of [
    'https://dynamicsessions.io',
    'https://dynamicsessions.io/',
    'https://acasessions.io',
    'https://acasessions.io/',
    ['https://elsewhere.example', 'https://acasessions.io'],
  ]) {
    it(`lets in a token for ${String(audience)}`, async () => {
      expect((await callWith(await issuer.token({ aud: audience }))).status).to.equal(200);
    });
  }

  it('asks the issuer once for its keys, whatever number of requests come', async () => {
    const token = await issuer.token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => callWith(token)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect(issuer.keyRequests()).to.equal(1);
  });

  const now = Math.floor(Date.now() / 1000);
  const refused: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['that has expired', () => issuer.token({ exp: now - 1 }), /has expired/],
    ['that is not valid yet', () => issuer.token({ nbf: now + HOUR_S }), /not valid yet/],
    ['without an expiry', () => issuer.token({ exp: undefined }), /"exp" is missing/],
    ['for another audience', () => issuer.token({ aud: 'https://management.azure.com' }), /another audience/],
    ['without an audience', () => issuer.token({ aud: undefined }), /another audience/],
    ['of another issuer', () => issuer.token({ iss: 'https://elsewhere.example' }), /another issuer/],
    ['that was changed on the way', async () => changed(await issuer.token()), /signature is wrong/],
    ['without a signature', async () => unsigned(await issuer.token()), /not signed in a way/],
    [
      'that the public key was used to sign',
      async () => symmetric(await issuer.token(), issuer),
      /not signed in a way/,
    ],
    ['that is none', () => Promise.resolve('opaque-token-of-somebody'), /no signed JSON Web Token/],
    ['that is three dots', () => Promise.resolve('...'), /no signed JSON Web Token/],
    ["that is the emulator's own", () => Promise.resolve(emulator.token), /no signed JSON Web Token/],
  ];
  for (const [what, make, problem] of refused) {
    it(`refuses a token ${what}, with a challenge that says why and without repeating it`, async () => {
      const token = await make();
      const { status, headers, text: body, json: answer } = await callWith(token);
      expect(status).to.equal(401);
      expect(answer).to.have.nested.property('error.code', 'Unauthorized');
      expect(answer).to.have.nested.property('error.message').that.matches(problem);
      expect(headers.get('www-authenticate')).to.match(/^Bearer error="invalid_token", error_description="[^"\\]+"$/);
      for (const part of token.split('.').filter((piece) => piece !== '')) expect(body).not.to.contain(part);
    });
  }

  it('asks for a token where there is none', async () => {
    const { status, headers } = await requestsTo(emulator).call('GET', 'files', { token: null });
    expect([status, headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer']);
  });

  it("lets tokens expire by the emulator's clock", async () => {
    const token = await issuer.token();
    expect((await callWith(token)).status).to.equal(200);
    await emulator.advance(HOUR_S * 1000);
    expect((await callWith(token)).status).to.equal(401);
    await emulator.reset();
    expect((await callWith(token)).status).to.equal(200);
  });

  it('asks once more when a token names a key that is new, however many tokens do', async () => {
    await callWith(await issuer.token());
    await issuer.newKey();
    const token = await issuer.token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => callWith(token)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect(issuer.keyRequests()).to.equal(2);
  });

  it('refuses a token whose key is not published, after it has asked once more', async () => {
    const other = await anIssuer();
    await callWith(await issuer.token());
    const answer = await callWith(await other.token({ iss: issuer.url }));
    expect(answer.status).to.equal(401);
    expect(answer.text).to.contain('does not publish');
    expect(issuer.keyRequests()).to.equal(2);
  });

  it('takes a token that names no key, whichever of the keys signed it, and refuses it for what is wrong with it', async () => {
    const first = await issuer.namelessToken();
    await issuer.newKey();
    for (const token of [first, await issuer.namelessToken()]) expect((await callWith(token)).status).to.equal(200);
    for (const [token, problem] of [
      [await issuer.namelessToken({ aud: 'https://management.azure.com' }), 'another audience'],
      [await issuer.namelessToken({ exp: now - 1 }), 'has expired'],
      [changed(first), 'does not publish'],
    ] as const) {
      const answer = await callWith(token);
      expect(answer.status).to.equal(401);
      expect(answer.text).to.contain(problem);
    }
  });

  it('asks once more when a key is new that a token does not name', async () => {
    await issuer.newKey();
    await callWith(await issuer.token());
    await issuer.newKey();
    expect((await callWith(await issuer.namelessToken())).status).to.equal(200);
    expect(issuer.keyRequests()).to.equal(2);
  });

  it('takes the one audience that is named, and no other', async () => {
    await emulator.stop();
    await startWith(`${issuer.url}/`, 'api://mine');
    expect((await callWith(await issuer.token({ aud: 'api://mine' }))).status).to.equal(200);
    expect((await callWith(await issuer.token())).status).to.equal(401);
  });

  it('takes the whole address of the discovery document, too', async () => {
    await emulator.stop();
    await startWith(`${issuer.url}/.well-known/openid-configuration`);
    expect((await callWith(await issuer.token())).status).to.equal(200);
  });

  it("keeps the emulator's own token for its own routes, and gives clients none", async () => {
    const journal = new URL('/_emulator/requests', emulator.poolManagementEndpoint);
    const own = { authorization: `Bearer ${emulator.token}` };
    const issued = { authorization: `Bearer ${await issuer.token()}` };
    expect((await fetch(journal, { headers: own })).status).to.equal(200);
    expect((await fetch(journal, { headers: issued })).status).to.equal(401);
    const failure = await rejectionOf(Promise.resolve(emulator.authCallback({ scope: 's', forceRefresh: false })));
    expect(failure).to.include({ code: 'invalid_options' }).and.have.property('message').that.contains(issuer.url);
  });

  it('answers 503 and says so while the issuer cannot be reached, and serves as soon as it can', async () => {
    const token = await issuer.token();
    await issuer.server.stop();
    const down = await callWith(token);
    expect(down.status).to.equal(503);
    expect(down.json).to.have.nested.property('error.code', 'IssuerUnavailable');
    expect(down.text).to.contain(issuer.url).and.contain('ECONNREFUSED');
    expect(down.text).not.to.contain(token);
  });
});

describe('createIssuerKeys', () => {
  afterEach(stopLoopbacks);

  it('gives up on an issuer that does not answer, and asks again the next time', async () => {
    const keys = [{ kty: 'RSA' }, 'nonsense', { kty: 7 }];
    const server = await startLoopback(
      stall,
      (request, response) => json(200, { issuer: 'me', jwks_uri: `${server.origin}/keys` })(request, response),
      json(200, { keys }),
    );
    const issuerKeys = createIssuerKeys(server.origin, 30);
    expect(await rejectionOf(issuerKeys.current()))
      .to.include({ status: 503 })
      .and.have.property('message')
      .that.contains('not answered within 30 ms');
    expect(await issuerKeys.current()).to.deep.equal({ issuer: 'me', keys: { keys: [{ kty: 'RSA' }] } });
    expect(server.requests.map(({ url }) => url.pathname)).to.deep.equal([
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration',
      '/keys',
    ]);
  });

  for (const [what, answer, said] of [
    ['an error', text(404, 'no'), 'was answered 404'],
    ['a page', text(200, '<html>'), 'JSON'],
    ['a list', json(200, []), 'is no JSON object'],
    ['no keys', json(200, { issuer: 'me' }), 'has no issuer and jwks_uri'],
    ['an address of keys that is none', json(200, { issuer: 'me', jwks_uri: 'keys' }), 'has no issuer and jwks_uri'],
  ] as const) {
    it(`says what is wrong with ${what} in place of the discovery document`, async () => {
      const { origin } = await startLoopback(answer);
      const failure = await rejectionOf(createIssuerKeys(origin).current());
      expect(failure).to.include({ status: 503 }).and.have.property('message').that.contains(said);
    });
  }
});

function changed(token: string): string {
  const [head, payload = '', signature] = token.split('.');
  return `${head}.${encode({ ...decode(payload), sub: 'somebody-else' })}.${signature}`;
}

function unsigned(token: string): string {
  const [, payload] = token.split('.');
  return `${encode({ alg: 'none' })}.${payload}.`;
}

// What a checker falls for that lets the token say how it is to be checked: the public key is no secret.
async function symmetric(token: string, issuer: TokenIssuer): Promise<string> {
  const [head = '', payload] = token.split('.');
  const { keys } = (await (await fetch(new URL('/tenant/discovery/keys', issuer.url))).json()) as {
    keys: [JsonWebKey];
  };
  const secret = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const signed = `${encode({ ...decode(head), alg: 'HS256' })}.${payload}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
