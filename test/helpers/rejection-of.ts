/** The error that a promise rejects with; fails if it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof Error) return Object.assign(error);
    throw new Error(`The promise rejected with something that is no error: ${String(error)}`, { cause: error });
  }
  throw new Error(`The promise was expected to reject, and resolved with ${JSON.stringify(value)}.`);
}
