import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A session pool that lets nobody in whose token is not in order. */
export interface CheckingPool {
  readonly endpoint: string;
  /** How often code has run. */
  readonly executions: () => number;
  /** Why requests were refused, in order. */
  readonly refusals: string[];
  /** The tokens that were accepted, each once. */
  readonly tokens: Set<string>;
  /** Refuses a token although it is in order, as after a revocation. */
  revoke(token: string): void;
  stop(): Promise<void>;
}

/** Whose tokens a pool accepts. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
}

interface Verifier extends TrustedIssuer {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly revoked: ReadonlySet<string>;
}

const AUDIENCES: readonly unknown[] = ['https://dynamicsessions.io', 'https://acasessions.io'];

/** Starts one that answers every execution alike, after it has checked signature, issuer, audience and expiry. */
export async function startCheckingPool(trusted: TrustedIssuer): Promise<CheckingPool> {
  const revoked = new Set<string>();
  const verifier = { ...trusted, keys: await fetchKeys(trusted.jwksUri), revoked };
  const tokens = new Set<string>();
  const refusals: string[] = [];
  let executions = 0;
  const server = createServer((request, response) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const fault = faultOf(token, verifier);
    request.resume().on('end', () => {
      if (fault === undefined) executions += 1;
      const body = fault === undefined ? RESULT : { error: { code: 'Unauthorized', message: fault } };
      response.writeHead(fault === undefined ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    if (fault === undefined) tokens.add(token);
    else refusals.push(fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`,
    executions: () => executions,
    refusals,
    tokens,
    revoke: (token) => void revoked.add(token),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const RESULT = { id: 'e', status: 'Succeeded', result: { stdout: '', stderr: '', executionResult: 42 } };

async function fetchKeys(jwksUri: string): Promise<ReadonlyMap<string, KeyObject>> {
  const { keys } = (await (await fetch(jwksUri)).json()) as { keys: (JsonWebKey & { kid: string })[] };
  return new Map(keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
}

function faultOf(token: string, { issuer, keys, revoked }: Verifier): string | undefined {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.');
  const header = decode(head);
  const claims = decode(payload);
  const key = keys.get(String(header['kid']));
  if (rest.length > 0 || header['alg'] !== 'RS256' || key === undefined) return 'no known key';
  const isSigned = verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'));
  if (!isSigned) return 'bad signature';
  if (claims['iss'] !== issuer) return 'another issuer';
  if (!AUDIENCES.includes(claims['aud'])) return 'another audience';
  if (Number(claims['exp']) * 1000 <= Date.now()) return 'expired';
  return revoked.has(token) ? 'revoked' : undefined;
}

function decode(part: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as object) };
  } catch {
    return {};
  }
}
