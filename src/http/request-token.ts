import type { RenewingTokenCache } from '../auth/token-cache.js';
import type { Clock } from './clock.js';

/** A request whose token is older than this asks for one anew: it has waited, and the token may have expired meanwhile. */
const LONGEST_KEPT_MS = 60_000;

/** The token of one request, which may wait for hours between its attempts: for a connection, or for a full pool. */
export interface RequestToken {
  /** The latest. */
  readonly value: string;
  /** To be called before each attempt. Undefined while there is no need for another token. */
  renewal(): Promise<string> | undefined;
}

/** Keeps the token that `question` was answered with just now. */
export function keepToken(
  first: string,
  question: Parameters<RenewingTokenCache['get']>[0],
  { tokens, clock }: { tokens: RenewingTokenCache; clock: Clock },
): RequestToken {
  let value = first;
  let askedAt = clock.now();
  const renew = async (): Promise<string> => {
    value = await tokens.get(question);
    askedAt = clock.now();
    return value;
  };
  return {
    get value() {
      return value;
    },
    renewal: () => (clock.now() - askedAt > LONGEST_KEPT_MS ? renew() : undefined),
  };
}
