import { ChatHistory } from '../chat/chat-history.js';
import type { ChatService } from '../chat/chat-service.js';
import { strayAnswer } from '../chat/history-check.js';
import { KernelError } from '../errors.js';
import { linkSignal } from '../functions/abort.js';
import { currentContext } from '../functions/call-context.js';
import { ChatRun } from './automatic-function-calling.js';
import type { ChatEvent, ChatOptions, ChatResult } from './chat-result.js';
import { FunctionChoiceBehavior } from './function-choice-behavior.js';
import type { KernelState } from './kernel-state.js';
import { traceRun } from './telemetry.js';

const DEEPEST_RUN = 8;

const historiesInUse = new WeakSet<ChatHistory>();

/** What a run is started with; its options have been checked. */
export interface StartChatOptions {
  readonly state: KernelState;
  readonly service: ChatService;
  readonly options: ChatOptions;
  readonly emit?: (event: ChatEvent) => void;
}

/**
 * Checks what a run is about, then runs it to its end.
 *
 * @throws KernelError `invalid_options`, `invalid_history` or `depth_exceeded` before anything is done; then what the
 *   run throws, or the reason of its signal
 */
export async function startChat(
  input: string | ChatHistory,
  { state, service, options, emit }: StartChatOptions,
): Promise<ChatResult> {
  const history = historyFrom(input);
  options.signal?.throwIfAborted();
  const depth = (currentContext()?.depth ?? 0) + 1;
  if (depth > DEEPEST_RUN) {
    throw new KernelError(
      'depth_exceeded',
      `Runs of chat() inside functions are nested more than ${DEEPEST_RUN} deep.`,
    );
  }
  const linked = linkSignal(options.signal, options.timeoutMs);
  historiesInUse.add(history);
  try {
    const begunWith = typeof input === 'string' ? history.messages : [];
    const behavior = behaviorFrom(options.functions);
    const run = new ChatRun({
      state,
      history,
      service,
      behavior,
      options,
      signal: linked,
      depth,
      begunWith,
      ...(emit && { emit }),
    });
    return await traceRun(service, () => run.finish());
  } catch (error) {
    throw linked.aborted ? linked.reason : error;
  } finally {
    historiesInUse.delete(history);
    linked.release();
  }
}

function historyFrom(input: string | ChatHistory): ChatHistory {
  if (typeof input === 'string') {
    if (input.trim() === '')
      throw new KernelError('invalid_options', 'The input is empty: pass a question, or a history that holds one.');
    return new ChatHistory().addUser(input);
  }
  if (!(input instanceof ChatHistory)) {
    throw new KernelError(
      'invalid_options',
      'The input must be a string or a ChatHistory; read stored messages with ChatHistory.from().',
    );
  }
  checkHistory(input);
  return input;
}

function checkHistory(history: ChatHistory): void {
  if (history.messages.length === 0)
    throw new KernelError('invalid_options', 'The history is empty: add a message to it first.');
  if (historiesInUse.has(history)) {
    throw new KernelError(
      'invalid_history',
      'The history is in use by another run: wait for it, or pass history.clone().',
    );
  }
  const open = history.openCalls();
  if (open.length > 0) {
    const ids = open.map((call) => `"${call.id}"`).join(', ');
    throw new KernelError(
      'invalid_history',
      `The history has calls without an answer: ${ids}. Add their tool messages, or call history.closeOpenCalls().`,
      { data: { openCalls: open.map((call) => call.id) } },
    );
  }
  const stray = strayAnswer(history.messages);
  if (stray !== undefined) {
    throw new KernelError(
      'invalid_history',
      `The tool message for call "${stray}" in the history answers no open call.`,
    );
  }
}

function behaviorFrom(functions: ChatOptions['functions']): FunctionChoiceBehavior | undefined {
  if (functions === false) return undefined;
  return functions ?? FunctionChoiceBehavior.auto();
}
