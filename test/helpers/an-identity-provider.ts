import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './make-certificate.js';

/** An identity provider on this machine that speaks what MSAL asks for. */
export interface IdentityProvider {
  readonly origin: string;
  /** The grants that were asked for, in order. */
  readonly grants: string[];
  /** From now on, every client is refused. */
  refuse(): void;
  stop(): Promise<void>;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts one; its access tokens are for the audience of dynamic sessions and numbered by `n`. */
export async function startIdentityProvider({ key, certificate }: Certificate): Promise<IdentityProvider> {
  const grants: string[] = [];
  let refusing = false;
  const answer = (path: string, body: string): readonly [number, unknown] => {
    const tenant = `${origin}/tenant`;
    if (path.includes('openid-configuration')) {
      return [
        200,
        {
          issuer: `${tenant}/v2.0`,
          authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
          token_endpoint: `${tenant}/oauth2/v2.0/token`,
          device_authorization_endpoint: `${tenant}/oauth2/v2.0/devicecode`,
          jwks_uri: `${origin}/keys`,
        },
      ];
    }
    if (path.includes('devicecode')) {
      return [
        200,
        {
          device_code: 'd',
          user_code: 'USER-CODE',
          verification_uri: 'https://sign-in',
          expires_in: 900,
          interval: 0,
          message: 'go',
        },
      ];
    }
    grants.push(new URLSearchParams(body).get('grant_type') ?? '');
    if (refusing)
      return [401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' }];
    return [200, tokens(origin, grants.length)];
  };
  const server = createServer({ key, cert: certificate }, (request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const [status, value] = answer(request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    grants,
    refuse: () => (refusing = true),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tokens(issuer: string, n: number): object {
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const jwt = (claims: object): string => `${part({ alg: 'none' })}.${part({ exp, ...claims })}.c2ln`;
  return {
    token_type: 'Bearer',
    expires_in: 3_600,
    access_token: jwt({ aud: 'https://dynamicsessions.io', n }),
    refresh_token: 'refresh',
    id_token: jwt({ aud: 'client', iss: issuer, sub: 'u', oid: 'o', tid: 'tenant', preferred_username: 'ada' }),
    client_info: part({ uid: 'u', utid: 'tenant' }),
  };
}
