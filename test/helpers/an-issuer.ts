import { OAuth2Issuer } from 'oauth2-mock-server';
import { json, type Loopback, startLoopback } from './start-loopback.js';

/** An issuer of tokens on this machine that publishes its keys over plain http. */
export interface TokenIssuer {
  readonly url: string;
  readonly server: Loopback;
  /** How often its keys were asked for. */
  readonly keyRequests: () => number;
  /** Makes a key that it signs with from now on; the old ones are still published. */
  newKey(): Promise<void>;
  /** A token for the audience of dynamic sessions that is good for an hour, with what is to be different in it. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The same, but the token does not say which key signed it. */
  namelessToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

const DISCOVERY = '/tenant/v2.0/.well-known/openid-configuration';
const KEYS = '/tenant/discovery/keys';

/** Stopped by `stopLoopbacks`. The signatures are those of oauth2-mock-server. */
export async function anIssuer(): Promise<TokenIssuer> {
  const issuer = new OAuth2Issuer();
  let { kid } = await issuer.keys.generate('ES256');
  const server = await startLoopback((request, response) => {
    const bodies = new Map<string, object>([
      [KEYS, { keys: issuer.keys.toJSON() }],
      [DISCOVERY, { issuer: issuer.url, jwks_uri: jwksUri }],
    ]);
    const body = bodies.get(request.url.pathname);
    return json(body ? 200 : 404, body ?? {})(request, response);
  });
  const jwksUri = `${server.origin}${KEYS}`;
  issuer.url = `${server.origin}/tenant/v2.0`;
  const build = (claims: Readonly<Record<string, unknown>>, head: Readonly<Record<string, unknown>>): Promise<string> =>
    issuer.buildToken({
      kid,
      scopesOrTransform: (header, payload) => {
        Object.assign(header, head);
        Object.assign(payload, { aud: 'https://dynamicsessions.io' }, claims);
        for (const [name, value] of Object.entries(claims)) if (value === undefined) delete payload[name];
      },
    });
  return {
    url: issuer.url,
    server,
    keyRequests: () => server.requests.filter(({ url }) => url.pathname === KEYS).length,
    newKey: async () => {
      ({ kid } = await issuer.keys.generate('ES256'));
    },
    token: (claims = {}) => build(claims, {}),
    namelessToken: (claims = {}) => build(claims, { kid: undefined }),
  };
}
