import { KernelError } from '../errors.js';
import { choiceFailure, responseFailure } from './answer-failure.js';
import { asList, asRecord, textOf } from './wire-fields.js';
import { isRecord } from '../is-record.js';

/** A call of a function, as one of the wires has it. */
export interface ReadToolCall {
  /** Which wire: Chat Completions, its older form with one `function_call`, or Responses. */
  readonly wire: 'chat' | 'chat-legacy' | 'responses';
  /** Empty on the older form, which has none. */
  readonly id: string;
  readonly name: string;
  /** Text, or an object where a server gives one. */
  readonly arguments: unknown;
  /** Why it is not to be run: the model's answer was cut off, or filtered. */
  readonly unrun?: 'truncated' | 'filtered';
}

/**
 * The calls in an answer of a model, in order: in a whole answer of either API, one of its choices, its message, a list of
 * items or calls, or one call. What is no call of a function is left out.
 *
 * @throws KernelError `invalid_options` for what is none of these, `invalid_response` for calls that nobody could answer
 *   and for an answer that is not at its end, `service_failed` for one that says that it failed
 */
export function readToolCalls(answer: object): readonly ReadToolCall[] {
  const calls = callsIn(answer);
  const ids = calls.filter(({ wire }) => wire !== 'chat-legacy').map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    if (id === '')
      throw unanswerable('a call without an id', 'give it one in the message that you append, then pass it on');
    if (ids.indexOf(id) !== index) throw unanswerable('two calls with the same id', 'give each an id of its own');
  }
  return calls;
}

/** One call. @throws KernelError as {@link readToolCalls}, and `invalid_options` unless it is exactly one */
export function readToolCall(answer: object): ReadToolCall {
  const [call, ...others] = readToolCalls(answer);
  if (call !== undefined && others.length === 0) return call;
  throw wrongValue(
    `It holds ${others.length === 0 ? 'no call' : `${others.length + 1} calls`}, not one: use executeToolCalls().`,
  );
}

function callsIn(answer: unknown): readonly ReadToolCall[] {
  if (Array.isArray(answer)) return answer.flatMap((item) => callsInItem(asRecord(item)));
  if (typeof answer !== 'object' || answer === null) throw wrongValue('Pass an object, parsed if it was text.');
  const body = asRecord(answer);
  if (Array.isArray(body['choices'])) return callsInChoices(body['choices'].map(asRecord), body['error']);
  if ('delta' in body) throw aPiece();
  if (Array.isArray(body['output'])) return callsInResponse(body);
  // The last event of a streamed answer.
  if (isRecord(body['response'])) return callsInResponse(body['response']);
  if (isRecord(body['message'])) return callsInChoice(body);
  if (body['role'] === 'assistant' || 'tool_calls' in body) return callsInMessage(body);
  const calls = callsInItem(body);
  if (calls.length === 0) throw wrongValue('It is neither an answer of a model nor a call of a function.');
  return calls;
}

function callsInChoices(choices: readonly Record<string, unknown>[], error: unknown): readonly ReadToolCall[] {
  const [choice = {}] = choices;
  if (choices.length > 1) throw wrongValue(`It has ${choices.length} choices: pass the one that you go on with.`);
  if ('delta' in choice) throw aPiece();
  return callsInChoice(choice, error);
}

function callsInChoice(choice: Record<string, unknown>, error?: unknown): readonly ReadToolCall[] {
  const failure = choiceFailure(choice, error);
  if (failure !== undefined) throw failure;
  const calls = callsInMessage(asRecord(choice['message']));
  switch (choice['finish_reason']) {
    case 'length':
      return calls.map((call) => ({ ...call, unrun: 'truncated' }));
    case 'content_filter':
      return calls.map((call) => ({ ...call, unrun: 'filtered' }));
    default:
      return calls;
  }
}

function callsInMessage(message: Record<string, unknown>): readonly ReadToolCall[] {
  const calls = asList(message['tool_calls']).flatMap((call) => callsInItem(asRecord(call)));
  return isRecord(message['function_call']) ? [...calls, legacyCall(message['function_call'])] : calls;
}

function callsInResponse(body: Record<string, unknown>): readonly ReadToolCall[] {
  const failure = responseFailure(body, body['status']);
  if (failure !== undefined) throw failure;
  const calls = asList(body['output']).flatMap((item) => callsInItem(asRecord(item)));
  const { reason } = asRecord(body['incomplete_details']);
  if (reason === 'content_filter') return calls.map((call) => ({ ...call, unrun: 'filtered' }));
  return body['status'] === 'incomplete' ? calls.map((call) => ({ ...call, unrun: 'truncated' })) : calls;
}

/** None, or one. */
function callsInItem(item: Record<string, unknown>): readonly ReadToolCall[] {
  const { type, id, name, arguments: args } = item;
  if (type === 'custom' || type === 'custom_tool_call') {
    throw unanswerable(
      `a call of the type "${type}"`,
      'answer it yourself, and pass the calls of functions one by one',
    );
  }
  if (type === 'function_call') {
    const call = { wire: 'responses' as const, id: textOf(item['call_id']), name: textOf(name), arguments: args };
    return [item['status'] === 'incomplete' ? { ...call, unrun: 'truncated' } : call];
  }
  if (isRecord(item['function'])) {
    const details = item['function'];
    return [{ wire: 'chat', id: textOf(id), name: textOf(details['name']), arguments: details['arguments'] }];
  }
  return type === undefined && typeof name === 'string' && 'arguments' in item ? [legacyCall(item)] : [];
}

function legacyCall(call: Record<string, unknown>): ReadToolCall {
  return { wire: 'chat-legacy', id: '', name: textOf(call['name']), arguments: call['arguments'] };
}

function wrongValue(problem: string): KernelError {
  return new KernelError('invalid_options', `These are not the calls of a model's answer. ${problem}`);
}

function aPiece(): KernelError {
  return wrongValue('It is a piece of a stream: put the answer together first.');
}

function unanswerable(what: string, remedy: string): KernelError {
  return new KernelError('invalid_response', `The model's answer has ${what}: ${remedy}.`);
}
