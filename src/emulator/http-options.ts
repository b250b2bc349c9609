import type { VersionCheck } from './find-route.js';
import { invalidOption } from './invalid-option.js';
import { LONGEST_KEPT_MS } from './kept-requests.js';
import type { JournalEntry } from './request-journal.js';
import type { AnswerVariants } from './wire.js';

/** How the emulator's port is to behave. */
export interface EmulatorHttpOptions {
  /**
   * The only bearer token that the pool accepts, without `issuer`. The emulator's own routes ask for it in any case.
   * @default a random one per start
   */
  token?: string | undefined;
  /**
   * Real tokens instead of the one above: signature, audience and times are checked. `url` is where
   * `/.well-known/openid-configuration` is. @default for `audience`: both that the service accepts
   */
  issuer?: { url: string; audience?: string | undefined } | undefined;
  /** Let in whoever reaches the port, with or without a token. @default false */
  dangerouslyAllowAnonymous?: boolean | undefined;
  /** `loose` takes a missing or unknown api-version for the newest that has the operation. @default 'strict' */
  apiVersionCheck?: 'strict' | 'loose' | undefined;
  /** Keep back every answer so long, in milliseconds. @default 0 */
  latencyMs?: number | undefined;
  /** Answers that were seen at other times or in other places than the default ones. @default none of them */
  variants?: AnswerVariants | undefined;
  /** Told of every request to the pool when its status is known. What it throws is ignored. @default nobody is told */
  onRequest?: ((entry: JournalEntry) => void) | undefined;
}

/** Who may use the pool. */
export type AccessOptions =
  | { readonly type: 'token' }
  | { readonly type: 'anyone' }
  | { readonly type: 'issuer'; readonly url: string; readonly audiences: readonly string[] };

/** The options with nothing left open. */
export interface ResolvedHttpOptions {
  readonly token: string | undefined;
  readonly access: AccessOptions;
  readonly versionCheck: VersionCheck;
  readonly latencyMs: number;
  readonly variants: AnswerVariants;
  readonly onRequest: ((entry: JournalEntry) => void) | undefined;
}

/** The names of these options. */
export const HTTP_OPTION_NAMES = [
  'token',
  'issuer',
  'dangerouslyAllowAnonymous',
  'apiVersionCheck',
  'latencyMs',
  'variants',
  'onRequest',
] as const;

// Both are in use, with and without a slash at the end.
const AUDIENCES = [
  'https://dynamicsessions.io',
  'https://dynamicsessions.io/',
  'https://acasessions.io',
  'https://acasessions.io/',
];
const TOKEN = /^[\x21-\x7e]{8,}$/;
const VARIANTS: Readonly<Record<string, readonly unknown[]>> = {
  fullPoolStatus: [404, 429],
  objectIds: [true, false],
  legacyExecutionResult: [true, false],
  emptyUploadTypes: [true, false],
};

/** Throws `invalid_options`, naming the option. */
export function resolveHttpOptions(options: EmulatorHttpOptions): ResolvedHttpOptions {
  const { token, apiVersionCheck = 'strict', latencyMs = 0, variants = {}, onRequest } = options;
  if (token !== undefined && !TOKEN.test(token)) {
    throw invalidOption('token', 'must have 8 or more printable ASCII characters and no blanks');
  }
  if (apiVersionCheck !== 'strict' && apiVersionCheck !== 'loose') {
    throw invalidOption('apiVersionCheck', "must be 'strict' or 'loose'");
  }
  if (!Number.isInteger(latencyMs) || latencyMs < 0 || latencyMs > LONGEST_KEPT_MS) {
    throw invalidOption('latencyMs', `must be a whole number from 0 to ${LONGEST_KEPT_MS}`);
  }
  if (onRequest !== undefined && typeof onRequest !== 'function')
    throw invalidOption('onRequest', 'must be a function');
  checkVariants(variants);
  const access = resolveAccess(options);
  return { token, access, versionCheck: apiVersionCheck, latencyMs, variants: { ...variants }, onRequest };
}

function resolveAccess({ issuer, dangerouslyAllowAnonymous = false }: EmulatorHttpOptions): AccessOptions {
  if (typeof dangerouslyAllowAnonymous !== 'boolean') {
    throw invalidOption('dangerouslyAllowAnonymous', 'must be true or false');
  }
  if (issuer === undefined) return { type: dangerouslyAllowAnonymous ? 'anyone' : 'token' };
  if (dangerouslyAllowAnonymous) throw invalidOption('dangerouslyAllowAnonymous', 'contradicts `issuer`');
  if (typeof issuer !== 'object' || issuer === null) throw invalidOption('issuer', 'must be an object with a url');
  const { url, audience, ...others } = issuer;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidOption('issuer', `has no field "${unknown}"`);
  if (!isWebAddress(url)) throw invalidOption('issuer', 'must have a `url` that begins with http:// or https://');
  if (audience === undefined) return { type: 'issuer', url, audiences: AUDIENCES };
  if (typeof audience !== 'string' || audience === '') throw invalidOption('issuer', 'must have a text as `audience`');
  return { type: 'issuer', url, audiences: [audience] };
}

function checkVariants(variants: AnswerVariants): void {
  if (typeof variants !== 'object' || variants === null) throw invalidOption('variants', 'must be an object');
  for (const [name, value] of Object.entries(variants)) {
    const allowed = Object.hasOwn(VARIANTS, name) ? VARIANTS[name] : undefined;
    if (!allowed) throw invalidOption('variants', `has no field "${name}"`);
    if (value !== undefined && !allowed.includes(value)) {
      throw invalidOption('variants', `takes ${allowed.join(' or ')} for "${name}"`);
    }
  }
}

function isWebAddress(url: unknown): url is string {
  return typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
