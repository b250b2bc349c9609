import { SessionsError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { optionsProblem } from '../options-problem.js';
import { allowTimeToSignIn } from './answer-limit.js';
import { type AccessToken, type AuthCallback, type AuthContext, toCallbackAnswer } from './auth-callback.js';
import { redactedCause, redactedMessage } from './redact-secrets.js';

/** How an MSAL client is asked for tokens. */
export interface MsalAuthOptions {
  /**
   * Gives the assertion of the user on whose behalf to act: the access token that this application was called with.
   * Tokens are cached by callback, so make one callback for each user.
   */
  onBehalfOf?: (() => string | Promise<string>) | undefined;
  /** Shows the user where to sign in and with which code. */
  deviceCodeCallback?: ((info: { userCode: string; verificationUri: string; message: string }) => void) | undefined;
}

type Flow = (context: AuthContext) => Promise<unknown>;

/**
 * Tokens from an `@azure/msal-node` client: a confidential client (client credentials, or on behalf of a user), a public
 * client (device code, then silently), or a managed identity.
 *
 * @throws SessionsError `invalid_options` for a client that lacks the method which the options ask for, and for options that
 * there are none of. The callback rejects with `auth_failed`, and MSAL's message.
 */
export function msalAuth(client: unknown, options: MsalAuthOptions = {}): AuthCallback {
  checkOptions(options);
  const flow = chooseFlow(client, options);
  return async (context) => {
    let result: unknown;
    try {
      result = await flow(context);
    } catch (error) {
      if (context.signal?.aborted) throw context.signal.reason;
      const message = `MSAL gave no token: ${redactedMessage(error)}`;
      throw new SessionsError('auth_failed', message, { cause: redactedCause(error) });
    }
    return readAuthenticationResult(result);
  };
}

/** A flow that is misspelt, or is none, must not become another: the application would act in place of its user. */
function checkOptions(options: MsalAuthOptions): void {
  const names = ['onBehalfOf', 'deviceCodeCallback'] as const;
  const problem = optionsProblem('msalAuth', options, names);
  if (problem !== undefined) throw new SessionsError('invalid_options', problem);
  for (const name of names) {
    const given: unknown = options[name];
    if (given === undefined || typeof given === 'function') continue;
    throw new SessionsError('invalid_options', `\`${name}\` is a function, not ${kindOf(given)}.`);
  }
}

function chooseFlow(client: unknown, { onBehalfOf, deviceCodeCallback }: MsalAuthOptions): Flow {
  if (onBehalfOf && deviceCodeCallback) {
    throw new SessionsError('invalid_options', 'Pass `onBehalfOf` or `deviceCodeCallback`, not both.');
  }
  if (onBehalfOf) {
    const acquire = methodOf(client, 'acquireTokenOnBehalfOf');
    return async (context) =>
      acquire({ ...scopesOf(context), oboAssertion: await onBehalfOf(), skipCache: context.forceRefresh });
  }
  if (deviceCodeCallback) return deviceCodeFlow(client, deviceCodeCallback);
  if (hasMethod(client, 'acquireTokenByClientCredential')) {
    const acquire = methodOf(client, 'acquireTokenByClientCredential');
    return (context) => acquire({ ...scopesOf(context), skipCache: context.forceRefresh });
  }
  const acquire = methodOf(client, 'acquireToken');
  return ({ scope, claims, forceRefresh }) =>
    acquire({ resource: scope.replace(/\/\.default$/, ''), forceRefresh, ...(claims ? { claims } : {}) });
}

/** Asks the user once; from then on the account signed in with renews silently, until that is refused. */
function deviceCodeFlow(client: unknown, show: NonNullable<MsalAuthOptions['deviceCodeCallback']>): Flow {
  const acquireByCode = methodOf(client, 'acquireTokenByDeviceCode');
  const acquireSilently = methodOf(client, 'acquireTokenSilent');
  let account: unknown;
  return async (context) => {
    if (account) {
      try {
        return await acquireSilently({ ...scopesOf(context), account, forceRefresh: context.forceRefresh });
      } catch {
        context.signal?.throwIfAborted(); // Nobody waits any more, and nobody is to be asked for anything.
        account = undefined; // Whatever the reason, signing in again is the way on, and the user sees that it is asked for.
      }
    }
    const deviceCodeCallback = (info: { userCode: string; verificationUri: string; message: string }): void => {
      allowTimeToSignIn(context.signal);
      show({ userCode: info.userCode, verificationUri: info.verificationUri, message: info.message });
    };
    const request = { ...scopesOf(context), deviceCodeCallback, cancel: false };
    const cancel = (): void => void (request.cancel = true);
    context.signal?.addEventListener('abort', cancel);
    try {
      const result = await acquireByCode(request);
      account = typeof result === 'object' && result !== null ? Reflect.get(result, 'account') : undefined;
      return result;
    } finally {
      context.signal?.removeEventListener('abort', cancel);
    }
  };
}

function scopesOf({ scope, claims }: AuthContext): { scopes: string[]; claims?: string } {
  return { scopes: [scope], ...(claims ? { claims } : {}) };
}

function hasMethod(client: unknown, name: string): boolean {
  return typeof client === 'object' && client !== null && typeof Reflect.get(client, name) === 'function';
}

function methodOf(client: unknown, name: string): (request: object) => Promise<unknown> {
  if (typeof client === 'object' && client !== null) {
    const method: unknown = Reflect.get(client, name);
    if (typeof method === 'function') return async (request) => Reflect.apply(method, client, [request]);
  }
  throw new SessionsError(
    'invalid_options',
    `The client given to \`msalAuth\` has no \`${name}\`. Pass a ConfidentialClientApplication, a PublicClientApplication with \`deviceCodeCallback\`, or a ManagedIdentityApplication.`,
  );
}

function readAuthenticationResult(result: unknown): string | AccessToken {
  if (typeof result !== 'object' || result === null) return toCallbackAnswer(result);
  const expiresOn: unknown = Reflect.get(result, 'expiresOn');
  const refreshOn: unknown = Reflect.get(result, 'refreshOn');
  const token: unknown = Reflect.get(result, 'accessToken');
  if (!(expiresOn instanceof Date)) return toCallbackAnswer(token);
  return toCallbackAnswer({
    token,
    expiresOnTimestamp: expiresOn.getTime(),
    ...(refreshOn instanceof Date ? { refreshAfterTimestamp: refreshOn.getTime() } : {}),
  });
}
