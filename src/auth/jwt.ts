/** What this library reads of a JSON Web Token. Nothing is verified: that is the service's work. */
export interface JwtClaims {
  /** `exp`, in milliseconds since 1970. */
  readonly expiresOnTimestamp?: number;
  /** `aud`, always as a list; empty where the token has none. */
  readonly audiences: readonly string[];
}

/**
 * Reads the expiry and the audience of a JSON Web Token.
 * Gives undefined for anything that does not decode as one, which is no error: tokens may be opaque.
 */
export function readJwtClaims(token: string): JwtClaims | undefined {
  const [header = '', payload = '', signature, ...rest] = token.split('.');
  if (signature === undefined || rest.length > 0) return undefined;
  const claims = decodePart(payload);
  if (decodePart(header) === undefined || claims === undefined) return undefined;
  const expiry = claims['exp'];
  return {
    audiences: readAudiences(claims['aud']),
    ...(typeof expiry === 'number' && Number.isFinite(expiry) ? { expiresOnTimestamp: expiry * 1000 } : {}),
  };
}

function decodePart(part: string): Record<string, unknown> | undefined {
  if (!/^[\w-]+=*$/.test(part)) return undefined;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof decoded === 'object' && decoded !== null ? { ...decoded } : undefined;
  } catch {
    return undefined;
  }
}

function readAudiences(audience: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  return list.filter((entry) => typeof entry === 'string');
}
