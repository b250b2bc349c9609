import type { AuthCallback } from '../auth/auth-callback.js';
import type { PoolEndpoint } from '../sessions/endpoint.js';
import type { PoolFlags } from './pool-options.js';

/** One line of a diagnosis. */
export interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do. */
  readonly advice?: string;
}

/** What a check comes to. */
export type Outcome = Omit<Finding, 'name'>;

/** What is asked of the diagnosis. */
export type DiagnosisSettings = Pick<PoolFlags, 'endpoint' | 'scope' | 'apiVersion'> & { readonly shell?: boolean };

/** What the diagnosis runs in. */
export interface Surroundings {
  readonly signal: AbortSignal;
  /** @default what a client without a callback takes */
  readonly authCallback?: AuthCallback | undefined;
}

/** What is known so far. */
export interface Patient {
  readonly settings: DiagnosisSettings;
  readonly signal: AbortSignal;
  authCallback?: AuthCallback | undefined;
  endpoint?: PoolEndpoint;
  scope?: string;
  token?: string;
}
