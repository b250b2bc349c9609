import { KernelError, messageOf } from '../errors.js';
import type { KernelArguments } from '../functions/invocation.js';

/** What filters are around. */
export type FilteredBody = (args: KernelArguments) => Promise<unknown>;

/** One filter of a chain. */
export interface ChainEntry<C> {
  readonly filter: (context: C, next: () => Promise<void>) => Promise<void> | void;
}

/** What of a context may be an answer. */
interface Answerable {
  readonly result?: unknown;
  readonly response?: unknown;
}

/** Runs filters around `inner`, the first one outermost. */
export async function runChain<C extends Answerable>(
  entries: readonly ChainEntry<C>[],
  context: C,
  inner: () => Promise<void>,
  from = 0,
): Promise<void> {
  const entry = entries[from];
  if (entry === undefined) return inner();
  let underWay = 0;
  let isOver = false;
  const end = (): void => {
    underWay -= 1;
  };
  const runRest = async (): Promise<void> => {
    if (isOver) throw new Error('`next` was called after the filter had returned: nothing was run.');
    await runChain(entries, context, inner, from + 1);
  };
  await entry.filter(context, () => {
    const rest = runRest();
    underWay += 1;
    // Also so that what fails behind the back of a filter that does not wait does not end the process.
    rest.then(end, end);
    return rest;
  });
  isOver = true;
  // One that gives an answer of its own may have had enough of waiting.
  if (underWay > 0 && context.result === undefined && context.response === undefined) {
    throw new Error('it called `next` and did not wait for it: write `await next()`.');
  }
}

/**
 * Tells whose failure it is: an error that `body` threw keeps its identity through the filters, and so does one that is
 * meant for the model whoever throws it. Anything else is a bug in a filter.
 */
export async function guarded(
  body: FilteredBody,
  isForModel: (error: unknown) => boolean,
  run: (guardedBody: FilteredBody) => Promise<void>,
): Promise<void> {
  const thrown: unknown[] = [];
  try {
    await run(async (args) => {
      try {
        return await body(args);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    });
  } catch (error) {
    if (thrown.includes(error) || isForModel(error)) throw error;
    throw new KernelError('filter_failed', `A filter failed: ${messageOf(error)}`, { cause: error });
  }
}
