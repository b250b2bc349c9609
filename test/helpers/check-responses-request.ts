interface InputItem {
  readonly type?: string;
  readonly role?: string;
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly output?: unknown;
}

interface ResponsesRequest {
  readonly input: readonly InputItem[];
  readonly store?: boolean;
  readonly tools?: readonly object[];
  readonly tool_choice?: unknown;
}

const LEGAL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What a strict Responses server would refuse in the body of a request. */
export function responsesProblems(body: ResponsesRequest): string[] {
  const calls = body.input.filter(({ type }) => type === 'function_call');
  const callIds = calls.map((call) => call.call_id ?? '');
  const answeredIds = body.input
    .filter(({ type }) => type === 'function_call_output')
    .map((item) => item.call_id ?? '');
  return [
    ...(callIds.join() === answeredIds.join() ? [] : [`calls ${callIds.join()} are answered as ${answeredIds.join()}`]),
    ...(callIds.includes('') ? ['a call has no id'] : []),
    ...(new Set(callIds).size === callIds.length ? [] : ['two calls share an id']),
    ...calls.filter(({ name = '' }) => !LEGAL_NAME.test(name)).map(({ name }) => `the name "${name}" is not legal`),
    ...calls.filter((call) => !isObjectText(call.arguments)).map((call) => `arguments ${call.arguments} are no object`),
    ...body.input.flatMap((item, place) => outOfPlace(body.input, item, place)),
    ...(body.store === false ? [] : ['it is stored']),
    ...(body.tools?.length === 0 ? ['an empty list of tools'] : []),
    ...(body.tools === undefined && body.tool_choice !== undefined ? ['a choice without tools'] : []),
  ];
}

/** An output stands behind its call, with nothing but calls and outputs in between. */
function outOfPlace(input: readonly InputItem[], item: InputItem, place: number): string[] {
  if (item.type !== 'function_call_output') return [];
  const call = input.findLastIndex(
    (other, at) => at < place && other.type === 'function_call' && other.call_id === item.call_id,
  );
  const between = input.slice(call + 1, place).every(({ type }) => type?.startsWith('function_call') === true);
  return call >= 0 && between ? [] : [`the output of ${item.call_id} does not follow its call`];
}

function isObjectText(text: string | undefined): boolean {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
