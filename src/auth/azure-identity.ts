import { propertyOf, SessionsError } from '../errors.js';
import { allowTimeToSignIn } from './answer-limit.js';
import { type AuthCallback, type AuthContext, toCallbackAnswer } from './auth-callback.js';
import { redactedCause, redactedMessage } from './redact-secrets.js';

/** The part of an `@azure/identity` credential that is used. */
interface TokenCredential {
  getToken(scopes: string, options: object): Promise<unknown>;
}

/** Asks for nothing; but a credential has no other way to be told that the token it has kept was rejected. Not all listen. */
const NO_CLAIMS = '{"access_token":{}}';

/**
 * Tokens from `@azure/identity`: any of its credentials, or `DefaultAzureCredential`, which is loaded on first use and
 * honours `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and the rest of that library's environment.
 *
 * After a 401 the credential is asked for another token by way of `claims`, and `DefaultAzureCredential` is made anew. A
 * `ManagedIdentityCredential`, alone or in a chain, heeds neither: it keeps its tokens for the whole process until they
 * expire, up to 24 hours. Where tokens of a managed identity are revoked before that, use
 * `msalAuth(new ManagedIdentityApplication())`, which renews them.
 *
 * @throws SessionsError `invalid_options` for something that is no credential. The callback rejects with `auth_failed`,
 * which joins the messages of every credential that was tried.
 */
export function azureIdentityAuth(credential?: unknown): AuthCallback {
  if (credential !== undefined && !isCredential(credential)) {
    throw new SessionsError(
      'invalid_options',
      '`azureIdentityAuth` was given no credential: it has no `getToken` method.',
    );
  }
  return tokensOf(credential, credential === undefined ? defaultFailure : givenFailure);
}

/** As `azureIdentityAuth()`, for a pool on this machine: where there is no token, it says how to get that of an emulator. */
export function loopbackIdentityAuth(): AuthCallback {
  return tokensOf(undefined, loopbackFailure);
}

function tokensOf(credential: TokenCredential | undefined, failureOf: (error: unknown) => SessionsError): AuthCallback {
  let own: Promise<TokenCredential> | undefined;
  return async (context) => {
    // Most of the credentials in it keep their tokens to themselves: a new one starts afresh.
    if (context.forceRefresh) own = undefined;
    let answer: unknown;
    try {
      if (isInteractive(credential)) allowTimeToSignIn(context.signal);
      const source = credential ?? (await (own ??= loadDefaultCredential()));
      answer = await source.getToken(context.scope, tokenOptions(context));
    } catch (error) {
      own = undefined;
      if (context.signal?.aborted) throw context.signal.reason;
      throw failureOf(error);
    }
    return toCallbackAnswer(answer);
  };
}

async function loadDefaultCredential(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

function tokenOptions({ signal, claims, forceRefresh }: AuthContext): object {
  return {
    ...(signal ? { abortSignal: signal } : {}),
    ...(claims ? { claims, enableCae: true } : forceRefresh ? { claims: NO_CLAIMS } : {}),
  };
}

function isCredential(value: unknown): value is TokenCredential {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'getToken') === 'function';
}

/** Whether it waits for a person: such a credential can be told to do that beforehand. */
function isInteractive(credential: TokenCredential | undefined): boolean {
  return credential !== undefined && 'authenticate' in credential;
}

function givenFailure(error: unknown): SessionsError {
  const advice = 'Check the credential, and that it may ask for tokens of this scope.';
  return failure(`The credential gave no token: ${chainMessages(error)}. ${advice}`, error);
}

function defaultFailure(error: unknown): SessionsError {
  const advice =
    'Sign in with `az login`, set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET, run where there is a managed identity, or pass an `authCallback`.';
  return failure(`DefaultAzureCredential gave no token: ${chainMessages(error)}. ${advice}`, error);
}

/** What each credential said is for few here; the cause has it. */
function loopbackFailure(error: unknown): SessionsError {
  return failure(
    'There is no token for the pool on this machine: DYNAMIC_SESSIONS_EMULATOR_TOKEN is not set, and DefaultAzureCredential gave none ' +
      'either. Set the variable to the token that the emulator printed when it started; for any other pool, sign in with `az login`, or pass an `authCallback`.',
    error,
  );
}

function failure(message: string, error: unknown): SessionsError {
  return new SessionsError('auth_failed', message, { cause: redactedCause(error) });
}

function chainMessages(error: unknown): string {
  const parts = propertyOf(error, 'errors');
  const list: readonly unknown[] = Array.isArray(parts) && parts.length > 0 ? parts : [error];
  return [...new Set(list.map((part) => redactedMessage(part).replace(/[.;\s]+$/, '')))].join('; ');
}
