/**
 * The claims of a `WWW-Authenticate: Bearer … error="insufficient_claims", claims="<base64>"` challenge, as JSON text.
 * Undefined where there is no such challenge or it cannot be read.
 */
export function readClaimsChallenge(header: string | undefined): string | undefined {
  const encoded = /\bclaims="([^"]+)"/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = encoded.trimStart().startsWith('{') ? encoded : Buffer.from(encoded, 'base64').toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
