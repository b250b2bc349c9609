import { ServiceFailure } from './service-failure.js';

/** The requests that are kept back for a while before they are answered. */
export interface KeptRequests {
  /** Resolves after that time in milliseconds; rejects with a 503 if it is refused before. */
  keep(milliseconds: number): Promise<void>;
  /** Refuses all that are still kept back: what they ask for is not to be done any more. */
  refuse(): void;
}

/** The longest that a request can be kept back, in milliseconds: an hour. */
export const LONGEST_KEPT_MS = 3_600_000;

export function createKeptRequests(): KeptRequests {
  const refusals = new Set<() => void>();
  return {
    keep: (milliseconds) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          refusals.delete(refuse);
          resolve();
        }, milliseconds);
        const refuse = (): void => {
          clearTimeout(timer);
          refusals.delete(refuse);
          reject(refusal());
        };
        refusals.add(refuse);
      }),
    refuse: () => refusals.forEach((refuse) => refuse()),
  };
}

function refusal(): ServiceFailure {
  const message = 'The emulator was stopped or reset while it kept this request back.';
  return new ServiceFailure(503, 'InternalServerError', message);
}
