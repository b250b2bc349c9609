// Runs in a process of its own, which trusts the certificate of the identity provider and whose clock is moved by hand;
// prints what it has seen as JSON.
import { ClientSecretCredential } from '@azure/identity';
import { ConfidentialClientApplication } from '@azure/msal-node';
import type { AuthCallback } from '../../src/auth/auth-callback.js';
import { azureIdentityAuth } from '../../src/auth/azure-identity.js';
import { msalAuth } from '../../src/auth/msal.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { startOAuth2Provider } from '../helpers/an-oauth2-provider.js';
import { freezeDate } from '../helpers/freeze-date.js';

const SCOPE = 'https://dynamicsessions.io/.default';
const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
const MINUTE_MS = 60_000;

const clock = freezeDate();
const [keyPath = '', certificatePath = ''] = process.argv.slice(2);
const provider = await startOAuth2Provider(keyPath, certificatePath);

const libraries: Readonly<Record<string, () => AuthCallback>> = {
  msal: () =>
    msalAuth(
      new ConfidentialClientApplication({
        auth: {
          clientId: CLIENT_ID,
          clientSecret: 'hunter2',
          authority: `${provider.origin}/tenant`,
          knownAuthorities: [new URL(provider.origin).host],
        },
      }),
    ),
  identity: () =>
    azureIdentityAuth(
      new ClientSecretCredential('tenant', CLIENT_ID, 'hunter2', {
        authorityHost: provider.origin,
        disableInstanceDiscovery: true,
      }),
    ),
};

/** One client, what its pool and the provider have seen of it, and a pause until no renewal is under way. */
async function aScene(authenticate: AuthCallback) {
  const { issuer: url } = provider;
  const pool = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({ value: 42 }), issuer: { url } });
  const tokens = new Set<string>();
  let pending: Promise<unknown> = Promise.resolve();
  const client = new SessionsClient({
    poolManagementEndpoint: pool.poolManagementEndpoint,
    identifier: 'real-parts',
    authCallback: async (context) => {
      const answer = Promise.resolve(authenticate(context));
      pending = answer.catch(() => undefined); // The cache is told of it; here it only has to be over.
      const given = await answer;
      tokens.add(typeof given === 'string' ? given : given.token);
      return given;
    },
  });
  const before = provider.tokenRequests();
  const withStatus = (wanted: number): number => pool.requests.filter(({ status }) => status === wanted).length;
  return {
    pool,
    run: () => client.execute('6 * 7'),
    settled: () => pending,
    outcome: async () => {
      await pool.stop();
      const tokenRequests = provider.tokenRequests() - before;
      return { executions: withStatus(200), refused: withStatus(401), tokens: tokens.size, tokenRequests };
    },
  };
}

const scenarios: Readonly<Record<string, (authenticate: AuthCallback) => Promise<unknown>>> = {
  async 'tokens of four seconds'(authenticate) {
    provider.issue({ lifetimeInSeconds: 4 });
    const scene = await aScene(authenticate);
    for (let count = 0; count < 200; count += 1) {
      await scene.run();
      await scene.settled();
      clock.advance(100);
    }
    return scene.outcome();
  },
  async 'calls further apart than a token lives'(authenticate) {
    provider.issue({ lifetimeInSeconds: 4 });
    const scene = await aScene(authenticate);
    for (let count = 0; count < 10; count += 1) {
      await scene.run();
      clock.advance(5_000);
    }
    return scene.outcome();
  },
  async 'minute 61'(authenticate) {
    const scene = await aScene(authenticate);
    await scene.run();
    clock.advance(56 * MINUTE_MS);
    await scene.run();
    await scene.settled();
    clock.advance(5 * MINUTE_MS);
    await scene.run();
    return scene.outcome();
  },
  async 'ten thousand at once'(authenticate) {
    const cache = createTokenCache(authenticate);
    const before = provider.tokenRequests();
    const tokens = await Promise.all(Array.from({ length: 10_000 }, () => cache.get({ scope: SCOPE })));
    return { tokens: new Set(tokens).size, tokenRequests: provider.tokenRequests() - before };
  },
  async 'a token that the pool no longer takes'(authenticate) {
    const scene = await aScene(authenticate);
    await scene.run();
    // The pool's clock is ahead, so that the token is over sooner than its holder knows; the next one is good for longer.
    await scene.pool.advance(61 * MINUTE_MS);
    provider.issue({ lifetimeInSeconds: 7_200 });
    await Promise.all(Array.from({ length: 20 }, () => scene.run()));
    const { refused, ...counts } = await scene.outcome();
    return { ...counts, wasRefused: refused > 0 };
  },
  async 'another audience'(authenticate) {
    provider.issue({ audience: 'https://management.azure.com' });
    const scene = await aScene(authenticate);
    const error: unknown = await scene.run().catch((thrown: unknown) => thrown);
    return { ...(await scene.outcome()), code: Reflect.get(Object(error), 'code'), message: String(error) };
  },
  async 'the older audience'(authenticate) {
    provider.issue({ audience: 'https://acasessions.io' });
    const scene = await aScene(authenticate);
    await scene.run();
    return scene.outcome();
  },
  async 'a token that somebody has changed'(authenticate) {
    const scene = await aScene(async (context) => {
      const answer = await authenticate(context);
      const token = typeof answer === 'string' ? answer : answer.token;
      const [head, payload = '', signature] = token.split('.');
      const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), sub: 'somebody-else' };
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    });
    const error: unknown = await scene.run().catch((thrown: unknown) => thrown);
    return { ...(await scene.outcome()), code: Reflect.get(Object(error), 'code') };
  },
};

const seen: Record<string, Record<string, unknown>> = {};
for (const [library, makeCallback] of Object.entries(libraries)) {
  const outcomes: Record<string, unknown> = {};
  for (const [name, play] of Object.entries(scenarios)) {
    provider.issue({ lifetimeInSeconds: 3_600, audience: 'https://dynamicsessions.io' });
    outcomes[name] = await play(makeCallback());
  }
  seen[library] = outcomes;
}
await provider.stop();
process.stdout.write(JSON.stringify(seen));
