/** A client of the shape of the `openai` package's, which answers with what it is given. */
export function fakeClient(
  answer: object,
  chunks: readonly object[] = [],
): { readonly bodies: Record<string, unknown>[] } {
  const bodies: Record<string, unknown>[] = [];
  const create = async (body: Record<string, unknown>): Promise<unknown> => {
    bodies.push(structuredClone(body));
    return body['stream'] === true ? iterate(chunks) : answer;
  };
  return { bodies, chat: { completions: { create } } } as { readonly bodies: Record<string, unknown>[] };
}

async function* iterate(chunks: readonly object[]): AsyncGenerator<object> {
  yield* chunks;
}
