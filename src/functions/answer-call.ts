import { KernelError, messageOf } from '../errors.js';
import { untilAborted } from './abort.js';
import { checkArguments } from './arguments.js';
import type { FunctionDefinition } from './definition.js';
import { failureText, isFatal } from './failure-text.js';
import type { KernelArguments, KernelHandle, ToolCall } from './invocation.js';
import { modelMessages } from './model-messages.js';
import { cutMiddle, resultText } from './result-text.js';
import { isTimeoutOf, runFunction } from './run-function.js';
import type { QueuePlace } from './run-function.js';

/** A model's call of a function, its arguments read. */
export interface FunctionCall {
  readonly definition: FunctionDefinition;
  /** The name that the model knows. */
  readonly wireName: string;
  readonly toolCall: ToolCall;
  readonly arguments: KernelArguments;
}

/** The circumstances of a call that is answered without a run of `chat`. */
export interface AnswerCallOptions {
  readonly kernel: KernelHandle;
  /** Values of the application: for hidden parameters, and where the model leaves a visible one out. */
  readonly callerArguments: Readonly<KernelArguments>;
  readonly signal: AbortSignal;
  readonly place?: QueuePlace | undefined;
}

/**
 * Runs a model's call, and gives what the model is to be told: the result, or what went wrong by its fault or in the
 * function.
 *
 * @throws the signal's reason on an abort; KernelError for the application's failures: `function_failed` for an error that
 *   is `fatal`, `invalid_arguments` where a hidden parameter lacks its value
 */
export async function answerCall(call: FunctionCall, options: AnswerCallOptions): Promise<string> {
  const { definition, wireName, toolCall } = call;
  const { kernel, callerArguments, signal, place } = options;
  const given = { caller: callerArguments, model: call.arguments };
  let hiddenIssues: readonly string[];
  try {
    const checked = await untilAborted(checkArguments(definition.input, given), signal);
    const scope = { kernel, arguments: callerArguments, toolCall: { ...toolCall }, signal, place };
    if (checked.type === 'valid') return valueText(await runFunction(definition, checked.arguments, scope), call);
    if (checked.type === 'invalid') return modelMessages.invalid(wireName, checked.issues);
    hiddenIssues = checked.issues;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return thrownText(error, call);
  }
  throw misconfigured(wireName, hiddenIssues);
}

function misconfigured(wireName: string, issues: readonly string[]): KernelError {
  const message = `Function "${wireName}" needs \`arguments\` of the application: ${issues.join('; ')}. Pass them in the options.`;
  return new KernelError('invalid_arguments', message, { data: { issues } });
}

function valueText(value: unknown, { definition, wireName }: FunctionCall): string {
  try {
    return cutMiddle(resultText(value), definition.maxResultChars);
  } catch {
    return modelMessages.unserialisable(wireName);
  }
}

function thrownText(error: unknown, { definition, wireName }: FunctionCall): string {
  if (isTimeoutOf(definition, error)) return modelMessages.timeout(wireName, definition.timeoutMs ?? 0);
  if (!isFatal(error)) return failureText(error, wireName, 'message');
  throw new KernelError('function_failed', `Function "${wireName}" failed: ${messageOf(error)}`, { cause: error });
}
