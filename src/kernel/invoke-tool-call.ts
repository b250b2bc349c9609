import { copyOf } from '../copy-of.js';
import { ChatHistory } from '../chat/chat-history.js';
import { KernelError } from '../errors.js';
import { linkSignal } from '../functions/abort.js';
import { currentContext } from '../functions/call-context.js';
import type { ToolCall } from '../functions/invocation.js';
import { NO_FUNCTIONS } from './advertised-functions.js';
import { checkChatOptions } from './chat-options.js';
import type { ChatOptions, FunctionCallRecord } from './chat-result.js';
import type { KernelState } from './kernel-state.js';
import { normalizeResponse } from './normalize-response.js';
import { canonicalCall } from './calling-message.js';
import { runFunctionCall } from './run-function-call.js';

/** Checks the options, and answers one call that a model made, outside of a run. */
export async function invokeOneCall(
  state: KernelState,
  call: ToolCall,
  options: ChatOptions,
): Promise<FunctionCallRecord> {
  checkChatOptions('invokeToolCall()', options);
  checkCall(call);
  const filters = options.functions === false ? undefined : options.functions?.options.filters;
  const advertised = options.functions === false ? NO_FUNCTIONS : state.advertise(filters);
  const message = { role: 'assistant' as const, content: null, toolCalls: [call] };
  const [named = call] = normalizeResponse({ message, finishReason: 'tool_calls' }).message.toolCalls ?? [];
  const linked = linkSignal(options.signal, options.timeoutMs);
  const site = {
    state,
    advertised,
    callerArguments: Object.freeze(copyOf(options.arguments ?? {})),
    history: new ChatHistory(),
    message,
    signal: linked,
    depth: currentContext()?.depth ?? 0,
    attempt: 1,
  };
  try {
    linked.throwIfAborted();
    const { record, rejection } = await runFunctionCall(canonicalCall(named, advertised), site, { index: 0, count: 1 });
    linked.throwIfAborted();
    if (rejection !== undefined) throw rejection;
    return record;
  } finally {
    linked.release();
  }
}

function checkCall(call: unknown): void {
  if (typeof call === 'object' && call !== null && typeof Reflect.get(call, 'name') === 'string') return;
  throw new KernelError('invalid_options', 'invokeToolCall() takes a call of a model: { id, name, arguments }.');
}
