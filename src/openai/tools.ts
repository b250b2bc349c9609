import { copyOf } from '../copy-of.js';
import { KernelError } from '../errors.js';
import { linkSignal } from '../functions/abort.js';
import { CallOrder } from '../functions/call-order.js';
import type { KernelArguments } from '../functions/invocation.js';
import { shownName } from '../functions/names.js';
import { parseArguments } from '../functions/parse-arguments.js';
import { visibleFunctionsOf } from '../functions/visible-functions.js';
import { answerToolCall } from './answer-tool-call.js';
import type { ToolCallRun } from './answer-tool-call.js';
import { checkExecuteOptions } from './check-options.js';
import { readToolCall, readToolCalls } from './read-tool-calls.js';
import type { ReadToolCall } from './read-tool-calls.js';
import type {
  ChatAnswerLike,
  ChatToolCallLike,
  ChatToolMessage,
  ExecuteToolCallOptions,
  ResponsesToolCallLike,
  ResponsesToolOutput,
} from './tool-types.js';
import { argumentsText } from './wire-fields.js';

/**
 * The arguments of a call, as the model wrote them: nothing is checked or converted.
 *
 * @param toolCall a call of either API, as an object of the `openai` package or as plain JSON
 * @throws KernelError `invalid_arguments` unless they are a JSON object, `invalid_options` for what is no call
 */
export function getToolCallArguments(toolCall: object): Record<string, unknown> {
  const call = readToolCall(toolCall);
  const parsed = parseArguments(argumentsText(call.arguments), call.name);
  if (parsed.type === 'valid') return parsed.arguments;
  // Not what the parser says: it quotes what the model wrote.
  const name = shownName(call.name);
  throw new KernelError('invalid_arguments', `The arguments for "${name}" are not a JSON object, or too long.`);
}

/**
 * Runs one call of a model, and gives the message that answers it, to be appended to the conversation: for Chat Completions
 * or for Responses, as the call is. What goes wrong by the model's fault or in the function is in the message; a function
 * that a model may not see is answered as unknown.
 *
 * @param plugin an instance with decorated methods, such as a `SessionsPythonTool`, or a plugin
 * @param toolCall the call, or an answer with this one call, as an object of the `openai` package or as plain JSON
 * @throws KernelError `invalid_options` or `invalid_response` for what cannot be answered, and `service_failed` for an
 *   answer that says that it failed, before anything is run;
 *   `function_failed` for the application's failures (a fatal error, such as a forbidden pool); `invalid_arguments` where
 *   a hidden parameter lacks its value; on an abort the signal's reason
 */
export function executeToolCall(
  plugin: object,
  toolCall: ChatToolCallLike | ChatAnswerLike,
  options?: ExecuteToolCallOptions,
): Promise<ChatToolMessage>;
export function executeToolCall(
  plugin: object,
  toolCall: ResponsesToolCallLike | { readonly output: readonly object[] },
  options?: ExecuteToolCallOptions,
): Promise<ResponsesToolOutput>;
export function executeToolCall(
  plugin: object,
  toolCall: object,
  options?: ExecuteToolCallOptions,
): Promise<Record<string, unknown>>;
export async function executeToolCall(
  plugin: object,
  toolCall: object,
  options: ExecuteToolCallOptions = {},
): Promise<Record<string, unknown>> {
  checkExecuteOptions('executeToolCall()', options);
  const call = readToolCall(toolCall);
  return inRun(plugin, options, (run) => answerToolCall(call, run));
}

/**
 * Runs all calls in an answer of a model at once, and gives the messages that answer them, in the order of the calls; none
 * where there are no calls. Calls that are `exclusive`, such as those of one session, run one after the other, in order.
 *
 * @param response the answer, its one choice or its message; or a list of calls or of output items
 * @example
 * ```ts
 * const completion = await client.chat.completions.create({ model, messages, tools });
 * messages.push(completion.choices[0].message, ...(await executeToolCalls(python, completion)));
 * ```
 * @throws as `executeToolCall`, once all calls have ended
 */
export function executeToolCalls(
  plugin: object,
  response: ChatAnswerLike | readonly ChatToolCallLike[],
  options?: ExecuteToolCallOptions,
): Promise<ChatToolMessage[]>;
export function executeToolCalls(
  plugin: object,
  response: { readonly output: readonly object[] } | readonly { readonly type: string }[],
  options?: ExecuteToolCallOptions,
): Promise<ResponsesToolOutput[]>;
export function executeToolCalls(
  plugin: object,
  response: object,
  options?: ExecuteToolCallOptions,
): Promise<Record<string, unknown>[]>;
export async function executeToolCalls(
  plugin: object,
  response: object,
  options: ExecuteToolCallOptions = {},
): Promise<Record<string, unknown>[]> {
  checkExecuteOptions('executeToolCalls()', options);
  const calls = readToolCalls(response);
  return inRun(plugin, options, (run) => answerAll(calls, run));
}

async function answerAll(calls: readonly ReadToolCall[], run: ToolCallRun): Promise<Record<string, unknown>[]> {
  const order = new CallOrder();
  const settled = await Promise.allSettled(calls.map((call) => answerToolCall(call, { ...run, order })));
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function inRun<T>(
  plugin: object,
  { name, as, arguments: callerArguments, signal }: ExecuteToolCallOptions,
  work: (run: ToolCallRun) => Promise<T>,
): Promise<T> {
  const functions = visibleFunctionsOf(plugin);
  const renamed = as === undefined ? undefined : { as, definition: functions.get(name) };
  const linked = linkSignal(signal);
  try {
    linked.signal.throwIfAborted();
    const own: Readonly<KernelArguments> = Object.freeze(copyOf(callerArguments ?? {}));
    return await work({ functions, renamed, callerArguments: own, signal: linked.signal });
  } finally {
    linked.release();
  }
}
