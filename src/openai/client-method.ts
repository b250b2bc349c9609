import { KernelError, messageOf, propertyOf } from '../errors.js';

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

/** Whether requests go through the `fetch` of a Node, and nobody has said what a redirect is to do. */
function leavesRedirectsToNode(client: unknown): boolean {
  if (process.versions['undici'] === undefined || propertyOf(client, 'fetch') !== globalThis.fetch) return false;
  return propertyOf(propertyOf(client, 'fetchOptions'), 'redirect') === undefined;
}

const NO_REDIRECT = Object.freeze({ redirect: 'error' });

/**
 * The same method, for servers that send nobody elsewhere: `fetch` copies each body in case it has to be sent again, at a
 * tenth of what the whole request costs (`npm run bench -- loop`). Until an answer has come without a redirect, requests go
 * by the client's own rules, and for good once there is one: the client takes a redirect that is refused for a lost
 * connection, and tries again and again.
 */
function expectingNoRedirect(create: CreateMethod): CreateMethod {
  let expectsRedirect: boolean | undefined;
  const firstAnswer: CreateMethod = async (body, options) => {
    const { data, isRedirected } = await withRedirect(create(body, options));
    expectsRedirect = expectsRedirect === true || isRedirected;
    return data;
  };
  return async (body, options) => {
    if (expectsRedirect === undefined) return firstAnswer(body, options);
    if (expectsRedirect) return create(body, options);
    try {
      return await create(body, { ...options, fetchOptions: NO_REDIRECT });
    } catch (error) {
      if (!couldNotBeSentAgain(error)) throw error;
    }
    expectsRedirect = true;
    return create(body, options);
  };
}

/** An answer, and whether there was a redirect before it; there may have been one where nobody can tell. */
async function withRedirect(answer: unknown): Promise<{ data: unknown; isRedirected: boolean }> {
  if (!hasResponse(answer)) return { data: await answer, isRedirected: true };
  const { data, response } = await answer.withResponse();
  return { data, isRedirected: propertyOf(response, 'redirected') !== false };
}

function hasResponse(answer: unknown): answer is { withResponse: () => Promise<{ data: unknown; response: unknown }> } {
  return typeof propertyOf(answer, 'withResponse') === 'function';
}

/**
 * Whether a request failed because it was to be sent again, elsewhere (a redirect) or on another connection (421), and no
 * copy was there. The client wraps what `fetch` throws, which wraps the reason.
 */
function couldNotBeSentAgain(error: unknown): boolean {
  const thrown = propertyOf(error, 'cause');
  const reason = propertyOf(thrown, 'cause');
  if (propertyOf(reason, 'code') === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return true;
  return [thrown, reason].some((each) => /\bredirect/i.test(messageOf(each)));
}
