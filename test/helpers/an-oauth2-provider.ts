import { OAuth2Server } from 'oauth2-mock-server';

/** An identity provider that signs its tokens and publishes its keys, laid out as Entra ID is. */
export interface OAuth2Provider {
  readonly origin: string;
  /** Below it is the discovery document. */
  readonly issuer: string;
  /** How many tokens it was asked for so far. */
  readonly tokenRequests: () => number;
  /** What tokens are like from now on. */
  issue(changes: Partial<IssuedTokens>): void;
  stop(): Promise<void>;
}

/** What the tokens of a provider are like. */
export interface IssuedTokens {
  readonly lifetimeInSeconds: number;
  readonly audience: string;
}

const ENDPOINTS = {
  wellKnownDocument: '/tenant/v2.0/.well-known/openid-configuration',
  token: '/tenant/oauth2/v2.0/token',
  authorize: '/tenant/oauth2/v2.0/authorize',
  jwks: '/tenant/discovery/v2.0/keys',
} as const;

/** Starts oauth2-mock-server over https on a free port of `localhost`. */
export async function startOAuth2Provider(keyPath: string, certificatePath: string): Promise<OAuth2Provider> {
  const server = new OAuth2Server(keyPath, certificatePath, { endpoints: ENDPOINTS });
  await server.issuer.keys.generate('RS256');
  await server.start(0, 'localhost');
  const origin = `https://localhost:${server.address().port}`;
  server.issuer.url = origin;
  let tokens: IssuedTokens = { lifetimeInSeconds: 3_600, audience: 'https://dynamicsessions.io' };
  let requests = 0;
  server.service.on('beforeTokenSigning', ({ payload }: { payload: Record<string, unknown> }) => {
    const now = Math.floor(Date.now() / 1000);
    Object.assign(payload, { aud: tokens.audience, exp: now + tokens.lifetimeInSeconds, jti: String(requests) });
  });
  server.service.on('beforeResponse', ({ body }: { body: Record<string, unknown> }) => {
    requests += 1;
    body['expires_in'] = tokens.lifetimeInSeconds;
  });
  return {
    origin,
    issuer: `${origin}/tenant/v2.0`,
    tokenRequests: () => requests,
    issue: (changes) => void (tokens = { ...tokens, ...changes }),
    stop: () => server.stop(),
  };
}
