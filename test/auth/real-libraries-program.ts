// Runs in a process of its own, which trusts the certificate of the identity provider; prints what it has seen as JSON.
import { readFileSync } from 'node:fs';
import { ChainedTokenCredential, ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { ConfidentialClientApplication, ManagedIdentityApplication, PublicClientApplication } from '@azure/msal-node';
import type { AuthCallback } from '../../src/auth/auth-callback.js';
import { azureIdentityAuth } from '../../src/auth/azure-identity.js';
import { msalAuth } from '../../src/auth/msal.js';
import { createTokenCache } from '../../src/auth/token-cache.js';
import { startIdentityProvider } from '../helpers/an-identity-provider.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { json, type Loopback, startLoopback } from '../helpers/start-loopback.js';

const SCOPE = 'https://dynamicsessions.io/.default';
const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
const [key = '', certificate = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));

const provider = await startIdentityProvider({ key, certificate });
const auth = {
  clientId: CLIENT_ID,
  authority: `${provider.origin}/tenant`,
  knownAuthorities: [new URL(provider.origin).host],
};
const seen: Record<string, unknown> = {};

/** Three questions of which the second is answered by the cache and the third is forced. */
async function ask(name: string, callback: AuthCallback): Promise<void> {
  const cache = createTokenCache(callback);
  const before = provider.grants.length;
  try {
    const [first, second, forced] = [
      await cache.get({ scope: SCOPE }),
      await cache.get({ scope: SCOPE }),
      await cache.get({ scope: SCOPE, forceRefresh: true }),
    ];
    seen[name] = { cached: first === second, renewed: forced !== first, grants: provider.grants.slice(before) };
  } catch (error) {
    seen[name] =
      error instanceof Error ? { name: error.name, code: Reflect.get(error, 'code'), message: error.message } : error;
  }
}

/** The endpoint that App Service has for managed identities; each token is another. */
async function startManagedIdentity(): Promise<Loopback> {
  const server = await startLoopback((request, response) => {
    const expires_on = Math.floor(Date.now() / 1000) + 86_400;
    const resource = request.url.searchParams.get('resource');
    const access_token = makeJwt({ aud: resource, jti: server.requests.length });
    json(200, { access_token, expires_on, resource, token_type: 'Bearer' })(request, response);
  });
  process.env['IDENTITY_ENDPOINT'] = `${server.origin}/msi/token`;
  process.env['IDENTITY_HEADER'] = 'header';
  return server;
}

const confidential = (): ConfidentialClientApplication =>
  new ConfidentialClientApplication({ auth: { ...auth, clientSecret: 'hunter2' } });
const credential = (): ClientSecretCredential =>
  new ClientSecretCredential('tenant', CLIENT_ID, 'hunter2', {
    authorityHost: provider.origin,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  });
const codes: unknown[] = [];

await ask('client credentials', msalAuth(confidential()));
await ask('on behalf of', msalAuth(confidential(), { onBehalfOf: () => makeJwt({ aud: 'client', sub: 'ada' }) }));
await ask(
  'device code',
  msalAuth(new PublicClientApplication({ auth }), { deviceCodeCallback: (info) => codes.push(info) }),
);
await ask('identity', azureIdentityAuth(credential()));
const managed = await startManagedIdentity();
await ask('a credential for a managed identity', azureIdentityAuth(new ManagedIdentityCredential()));
await ask('MSAL for a managed identity', msalAuth(new ManagedIdentityApplication()));
seen['managed identity'] = managed.requests.length;
await managed.stop();
provider.refuse();
await ask('refused by MSAL', msalAuth(confidential()));
await ask('refused in a chain', azureIdentityAuth(new ChainedTokenCredential(credential())));
await provider.stop();

process.stdout.write(JSON.stringify({ ...seen, codes }));
