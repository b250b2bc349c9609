import type * as Jose from 'jose';
import { type AccessCheck, invalidToken, readBearer } from './access-check.js';
import { createIssuerKeys, type IssuerFacts } from './issuer-keys.js';

// Asymmetric ones only: who can check a token must not be able to make one.
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

export interface IssuerAccessOptions {
  readonly url: string;
  /** Any one of these. */
  readonly audiences: readonly string[];
  /** By which tokens begin and expire. */
  readonly now: () => number;
}

/** Lets in who has a token of that issuer: its signature, audience and times are checked. */
export function issuerAccess({ url, audiences, now }: IssuerAccessOptions): AccessCheck {
  const keys = createIssuerKeys(url);
  return async (authorization) => {
    const token = readBearer(authorization);
    const jose = await import('jose');
    const check = async ({ issuer, keys: known }: IssuerFacts): Promise<void> => {
      const options = {
        algorithms: ALGORITHMS,
        issuer,
        audience: [...audiences],
        currentDate: new Date(now()),
        requiredClaims: ['exp'],
      };
      await jose.jwtVerify(token, jose.createLocalJWKSet(known), options).catch(async (error: unknown) => {
        if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
        // It does not name its key: any one of its kind may have signed it.
        await verifyWithOne(error, jose, (key) => jose.jwtVerify(token, key, options));
      });
    };
    const facts = await keys.current();
    try {
      await check(facts).catch(async (error: unknown) => {
        if (!(error instanceof jose.errors.JWKSNoMatchingKey)) throw error;
        // The issuer may have changed its keys since.
        await check(await keys.newerThan(facts));
      });
    } catch (error) {
      if (error instanceof jose.errors.JOSEError) throw invalidToken(problemOf(error, { audiences, facts, now }));
      throw error;
    }
  };
}

async function verifyWithOne(
  keys: AsyncIterable<Jose.CryptoKey>,
  { errors }: typeof Jose,
  verify: (key: Jose.CryptoKey) => Promise<unknown>,
): Promise<void> {
  for await (const key of keys) {
    try {
      await verify(key);
      return;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWKSNoMatchingKey();
}

interface Expected {
  readonly audiences: readonly string[];
  readonly facts: IssuerFacts;
  readonly now: () => number;
}

// Nothing of the token is repeated but its times.
function problemOf(error: Jose.errors.JOSEError, { audiences, facts, now }: Expected): string {
  switch (error.code) {
    case 'ERR_JWT_EXPIRED':
      return `The token has expired: by the emulator's clock it is ${new Date(now()).toISOString()}.`;
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return `The token is signed with a key that ${facts.issuer} does not publish.`;
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return "The token's signature is wrong.";
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return 'The token is not signed in a way that is accepted: the algorithm must be an asymmetric one, such as RS256.';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return claimProblem(String(Reflect.get(error, 'claim')), { audiences, facts, now });
    default:
      return 'The token is no signed JSON Web Token.';
  }
}

function claimProblem(claim: string, { audiences, facts, now }: Expected): string {
  switch (claim) {
    case 'aud':
      return `The token is for another audience; this pool takes ${audiences.join(', ')}.`;
    case 'iss':
      return `The token is from another issuer than ${facts.issuer}.`;
    case 'nbf':
      return `The token is not valid yet: by the emulator's clock it is ${new Date(now()).toISOString()}.`;
    default:
      return `The token's claim "${claim.replace(/\W/g, '')}" is missing or wrong.`;
  }
}
