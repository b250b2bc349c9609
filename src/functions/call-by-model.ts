import { randomUUID } from 'node:crypto';
import type { Abortable } from '../abort-listeners.js';
import { KernelError, isKernelError, messageOf } from '../errors.js';
import type { KernelErrorCode } from '../errors.js';
import { untilAborted } from './abort.js';
import { checkArguments } from './arguments.js';
import type { FunctionDefinition } from './definition.js';
import type { KernelArguments, KernelHandle } from './invocation.js';
import { modelMessages } from './model-messages.js';
import { argumentsFrom, parseArguments } from './parse-arguments.js';
import type { ParsedArguments } from './parse-arguments.js';
import { cutMiddle, resultText } from './result-text.js';
import { isTimeoutOf, runFunction } from './run-function.js';
import type { QueuePlace } from './run-function.js';
import { failureText, isFatal } from './thrown-failure.js';

/** What a model's call came to; `text` is what the model is told, in both cases, without halves of characters. */
export type CallAnswer =
  | { readonly type: 'value'; readonly text: string; readonly value: unknown }
  | {
      readonly type: 'failure';
      readonly text: string;
      /** The text without what it quotes of the arguments, for those who hand it to a model and log it. @default the text */
      readonly loggable?: string | undefined;
      /** For the application; its message quotes nothing that the model wrote. */
      readonly error: KernelError;
      /** Whether the application is at fault (auth, options): a model cannot mend it and hears no details. */
      readonly fatal: boolean;
    };

/** A call that a model makes without a kernel. */
export interface ModelCall {
  /** The name that the model knows the function by. */
  readonly name: string;
  /** The text that the model wrote, or what somebody has made of it. */
  readonly given: unknown;
  readonly id?: string | undefined;
  /** What the model wrote, where `given` is something else. */
  readonly text?: string | undefined;
}

/** The circumstances of a model's call. */
export interface ModelCallScope {
  readonly kernel: KernelHandle;
  /** The application's arguments, which may set hidden parameters. */
  readonly arguments: Readonly<KernelArguments>;
  readonly signal: Abortable;
  /** Where calls that run at once are to queue in an order. */
  readonly place?: QueuePlace | undefined;
}

/**
 * Answers one call of a model without a kernel, by the same rules: parse, validate, run, put into words.
 *
 * @throws the signal's reason on an abort, and nothing else
 */
export async function callByModel(
  definition: FunctionDefinition,
  call: ModelCall,
  scope: ModelCallScope,
): Promise<CallAnswer> {
  const { signal } = scope;
  signal.throwIfAborted();
  const parsed = readArguments(call);
  if (parsed.type === 'invalid') {
    const message = `The arguments for "${call.name}" are not a JSON object, or too long.`;
    return failure('invalid_arguments', { text: parsed.text, loggable: parsed.loggable, message });
  }
  try {
    return await checkAndRun(definition, { ...call, args: parsed.arguments }, scope);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return thrown(error, definition, call.name);
  }
}

function readArguments({ given, name }: ModelCall): ParsedArguments {
  return typeof given === 'string' ? parseArguments(given, name) : argumentsFrom(given ?? {}, name);
}

async function checkAndRun(
  definition: FunctionDefinition,
  { name, id, text, args }: ModelCall & { readonly args: KernelArguments },
  scope: ModelCallScope,
): Promise<CallAnswer> {
  const check = checkArguments(definition.input, { caller: scope.arguments, model: args });
  const checked = await untilAborted(check, scope.signal);
  switch (checked.type) {
    case 'misconfigured':
      return misconfigured(name, checked.issues);
    case 'invalid': {
      const message = `The arguments for "${name}" do not fit its schema; \`data.issues\` says where.`;
      const data = { issues: checked.issues };
      return failure('invalid_arguments', { text: modelMessages.invalid(name, checked.issues), message, data });
    }
    case 'valid': {
      const toolCall = { id: id ?? randomUUID(), name, arguments: text ?? JSON.stringify(args) };
      const run = runFunction(definition, checked.arguments, { ...scope, toolCall });
      return inWords(await untilAborted(run, scope.signal), definition, name);
    }
    default:
      return checked satisfies never;
  }
}

function inWords(value: unknown, { maxResultChars }: FunctionDefinition, name: string): CallAnswer {
  try {
    return { type: 'value', text: cutMiddle(resultText(value), maxResultChars).toWellFormed(), value };
  } catch (cause) {
    return failure('function_failed', { text: modelMessages.unserialisable(name), cause });
  }
}

function misconfigured(name: string, issues: readonly string[]): CallAnswer {
  const message = `Function "${name}" needs \`arguments\` of the application: ${issues.join('; ')}. Pass them in the options.`;
  const text = modelMessages.failedWithoutDetail(name);
  return failure('invalid_arguments', { text, message, data: { issues }, fatal: true });
}

function thrown(error: unknown, definition: FunctionDefinition, name: string): CallAnswer {
  const text = failureText(error, { name, definition, errorDetail: 'message' }).toWellFormed();
  if (isKernelError(error) && isTimeoutOf(definition, error)) return { type: 'failure', text, error, fatal: false };
  const message = `Function "${name}" failed: ${messageOf(error)}`;
  return failure('function_failed', { text, message, cause: error, fatal: isFatal(error) });
}

interface FailureDetails {
  readonly text: string;
  /** @default the text */
  readonly message?: string;
  readonly loggable?: string | undefined;
  readonly fatal?: boolean;
  readonly cause?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
}

function failure(
  code: KernelErrorCode,
  { text, message, loggable, fatal = false, ...rest }: FailureDetails,
): CallAnswer {
  return { type: 'failure', text, loggable, error: new KernelError(code, message ?? text, rest), fatal };
}
