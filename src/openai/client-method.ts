import { KernelError, propertyOf } from '../errors.js';

/** The `create` of one API of the client: a body and options in, an answer or a stream out. */
export type CreateMethod = (body: Record<string, unknown>, options: { signal: AbortSignal }) => unknown;

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
  return (body, options) => Reflect.apply(create, owner, [body, options]) as unknown;
}

/** @throws KernelError `invalid_options` for a model without a name */
export function checkModel(model: unknown): void {
  if (typeof model === 'string' && model !== '') return;
  throw new KernelError('invalid_options', '`model` must be the name of a model.');
}
