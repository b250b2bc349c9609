import { KernelError, propertyOf } from '../errors.js';

/** The options of one call of the client. */
export interface ClientCallOptions {
  readonly signal: AbortSignal;
  /** What goes to `fetch` itself. */
  readonly fetchOptions?: Pick<RequestInit, 'redirect'>;
}

/** The `create` of one API of the client: a body and options in, an answer or a stream out. */
export type CreateMethod = (body: Record<string, unknown>, options: ClientCallOptions) => unknown;

/**
 * Finds `create` on a structurally typed client, such as `client.chat.completions.create`.
 * @throws KernelError `invalid_options` if the client has none
 */
export function createMethodOf(client: unknown, path: readonly string[]): CreateMethod {
  const owner = path.reduce<unknown>(propertyOf, client);
  const create = propertyOf(owner, 'create');
  if (typeof create !== 'function') {
    throw new KernelError(
      'invalid_options',
      `\`client\` must be a client of the \`openai\` package: it has no ${path.join('.')}.create().`,
    );
  }
  const call: CreateMethod = (body, options) => Reflect.apply(create, owner, [body, options]) as unknown;
  return leavesRedirectsToNode(client) ? expectingNoRedirect(call) : call;
}

/** @throws KernelError `invalid_options` for a model without a name */
export function checkModel(model: unknown): void {
  if (typeof model === 'string' && model !== '') return;
  throw new KernelError('invalid_options', '`model` must be the name of a model.');
}

/** Whether requests go through Node's own `fetch`, and nobody has said what a redirect is to do. */
function leavesRedirectsToNode(client: unknown): boolean {
  if (process.versions['undici'] === undefined || propertyOf(client, 'fetch') !== globalThis.fetch) return false;
  return propertyOf(propertyOf(client, 'fetchOptions'), 'redirect') === undefined;
}

const NO_REDIRECT = Object.freeze({ redirect: 'error' });

/**
 * The same method, for servers that send nobody elsewhere: `fetch` copies each body for the redirect that may come, which
 * costs more than all that a kernel does in between. A request that is redirected after all is made again by the client's
 * own rules, as are all that follow.
 */
function expectingNoRedirect(create: CreateMethod): CreateMethod {
  let isRedirected = false;
  return async (body, options) => {
    if (isRedirected) return create(body, options);
    try {
      return await create(body, { ...options, fetchOptions: NO_REDIRECT });
    } catch (error) {
      if (!isOfRedirect(error)) throw error;
    }
    isRedirected = true;
    return create(body, options);
  };
}

/** Whether it is what the client makes of the `TypeError` that `fetch` makes of a redirect. */
function isOfRedirect(error: unknown): boolean {
  return propertyOf(propertyOf(propertyOf(error, 'cause'), 'cause'), 'message') === 'unexpected redirect';
}
