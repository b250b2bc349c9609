import type { Abortable } from '../abort-listeners.js';
import type { AssistantMessage, ChatResponse, ChatService, Usage } from '../chat/chat-service.js';
import { copyCall } from '../chat/copy-message.js';
import { copyOf } from '../copy-of.js';
import { KernelError } from '../errors.js';
import type { KernelArguments } from '../functions/invocation.js';
import { addUsage } from './add-usage.js';
import { type AdvertisedFunctions, NO_FUNCTIONS } from './advertised-functions.js';
import { type CallingMessage, canonicalMessage, hasCalls } from './calling-message.js';
import { type CallOutcome, resultEvent } from './call-outcome.js';
import type { ChatOptions, ChatResult, StopReason } from './chat-result.js';
import { functionChoiceSettings } from './function-choice-behavior.js';
import type { FunctionChoiceBehavior, FunctionChoiceSettings } from './function-choice-behavior.js';
import type { KernelState } from './kernel-state.js';
import { modelMessages } from '../functions/model-messages.js';
import { type OfferOptions, askThroughFilters, mayCall } from './model-request.js';
import { runCalls } from './run-calls.js';
import { RequestSignals } from './request-signals.js';
import { unrunCall } from './run-function-call.js';
import { RunTranscript, type RunTranscriptOptions } from './run-transcript.js';
import { warnOfAnswer } from './warn-of-answer.js';
import { WireMessages } from './wire-messages.js';

/** One run of the loop. */
export interface ChatRunOptions extends RunTranscriptOptions {
  readonly state: KernelState;
  readonly service: ChatService;
  readonly behavior: FunctionChoiceBehavior | undefined;
  readonly options: ChatOptions;
  readonly signal: Abortable;
  /** How many runs of `chat` this one is inside of, itself included. */
  readonly depth: number;
}

type Limit = 'max_attempts' | 'max_calls' | 'max_errors';

/**
 * The loop: a round is one request to the model, then its calls. The assistant message and the answers to its calls are
 * committed to the history together, whatever happens in between; a limit ends in one more request, for an answer.
 */
export class ChatRun {
  readonly #run: ChatRunOptions;
  readonly #limits: FunctionChoiceSettings;
  readonly #callerArguments: Readonly<KernelArguments>;
  readonly #transcript: RunTranscript;
  readonly #wireMessages = new WireMessages();
  readonly #requestSignals: RequestSignals;
  #usage: Usage = { inputTokens: 0, outputTokens: 0 };
  #attempt = 0;
  #callsMade = 0;
  #errorStreak = 0;
  #limit: Limit | undefined;

  /** @throws KernelError `invalid_options` for a limit that is none */
  constructor(run: ChatRunOptions) {
    this.#run = run;
    this.#requestSignals = new RequestSignals(run.signal);
    this.#limits = functionChoiceSettings(run.behavior?.options ?? {});
    this.#callerArguments = Object.freeze(copyOf(run.options.arguments ?? {}));
    this.#transcript = new RunTranscript(run);
  }

  /** Runs to the end. */
  async finish(): Promise<ChatResult> {
    for (;;) {
      const result = await this.#round();
      if (result !== undefined) return result;
      // Whoever reads the stream may leave it over a call: before the next request.
      if (this.#run.emit) await new Promise<void>((resolve) => process.nextTick(resolve));
    }
  }

  async #round(): Promise<ChatResult | undefined> {
    this.#run.signal.throwIfAborted();
    this.#attempt += 1;
    const offer = this.#offer();
    const response = await this.#ask(offer);
    const { message, finishReason } = response;
    if (finishReason === 'content_filter' || !hasCalls(message) || !mayCall(offer)) return this.#answer(response);
    const named = canonicalMessage(message, offer.advertised);
    if (!this.#limits.autoInvoke && finishReason !== 'length') {
      // A copy: the response is the caller's too.
      const given = { ...named, toolCalls: [...named.toolCalls] };
      this.#transcript.commit(given, [], this.#attempt);
      return this.#result(response, { stopReason: 'function_calls', message: given });
    }
    const outcomes = await this.#runCalls(named, offer.advertised, finishReason === 'length');
    this.#transcript.commit(named, outcomes, this.#attempt);
    return this.#afterCalls(outcomes, response, named);
  }

  #offer(): OfferOptions {
    const { state, service, behavior } = this.#run;
    const advertised = behavior === undefined ? NO_FUNCTIONS : state.advertise(behavior.options.filters);
    if (behavior?.choice === 'required' && advertised.size === 0 && this.#attempt === 1) {
      const problem = 'A function call is required, but there is no function that the model may see.';
      throw new KernelError('invalid_options', problem);
    }
    return { service, behavior, advertised, attempt: this.#attempt, isLast: this.#limit !== undefined };
  }

  #ask(offer: OfferOptions): Promise<ChatResponse> {
    const { state, history, options, signal, depth, emit } = this.#run;
    const { attempt } = offer;
    const prompt = { messages: history.messages, settings: options.settings ?? {} };
    return askThroughFilters(state.filters, prompt, {
      offer,
      signal,
      captureContent: state.captureContent,
      depth,
      requestSignals: this.#requestSignals,
      wireMessages: this.#wireMessages,
      count: (usage) => (this.#usage = addUsage(this.#usage, usage)),
      emit: emit && ((delta) => delta.type !== 'end' && emit({ type: delta.type, text: delta.text, attempt })),
    });
  }

  #runCalls(
    message: CallingMessage,
    advertised: AdvertisedFunctions,
    isCut: boolean,
  ): readonly CallOutcome[] | Promise<readonly CallOutcome[]> {
    const { state, history, signal, depth, emit } = this.#run;
    const calls = message.toolCalls;
    const attempt = this.#attempt;
    if (emit) calls.forEach((call, index) => emit({ type: 'call', call: copyCall(call), attempt, index }));
    const onOutcome = (outcome: CallOutcome): void => emit?.(resultEvent(outcome));
    const callerArguments = this.#callerArguments;
    const site = { state, advertised, callerArguments, history, message, signal, depth, attempt };
    if (isCut) {
      const unrun = calls.map((call) => unrunCall(call, modelMessages.truncated(call.name), site));
      unrun.forEach(onOutcome);
      return unrun;
    }
    const { maxCalls: limit, concurrency } = this.#limits;
    const budget = { left: limit - this.#callsMade, limit };
    this.#callsMade += Math.min(calls.length, budget.left);
    return runCalls(calls, { site, concurrency, budget, onOutcome });
  }

  #afterCalls(
    outcomes: readonly CallOutcome[],
    response: ChatResponse,
    message: AssistantMessage,
  ): ChatResult | undefined {
    this.#run.signal.throwIfAborted();
    const rejection = outcomes.find((outcome) => outcome.rejection !== undefined)?.rejection;
    if (rejection !== undefined) throw rejection;
    const terminating = outcomes.find((outcome) => outcome.terminate === true);
    if (terminating !== undefined) {
      const text = terminating.record.result.content ?? '';
      return this.#result({ ...response, message }, { stopReason: 'terminated', message, text });
    }
    this.#errorStreak = outcomes.every(({ record }) => record.error !== undefined) ? this.#errorStreak + 1 : 0;
    this.#limit = this.#reachedLimit();
    return undefined;
  }

  #reachedLimit(): Limit | undefined {
    const { maxCalls, maxConsecutiveErrors, maxAttempts } = this.#limits;
    if (this.#callsMade >= maxCalls) return 'max_calls';
    if (this.#errorStreak >= maxConsecutiveErrors) return 'max_errors';
    return this.#attempt >= maxAttempts ? 'max_attempts' : undefined;
  }

  /** The model answered, or must not call: what it said is the end. */
  #answer(response: ChatResponse): ChatResult {
    const { toolCalls: _, ...message } = response.message;
    // A message without text is refused on replay by several services.
    if (message.content || message.refusal) this.#transcript.commit(message, [], this.#attempt);
    warnOfAnswer(response);
    const text = message.refusal || message.content || '';
    return this.#result(response, { stopReason: this.#stopReason(response), message, text });
  }

  #stopReason({ message, finishReason }: ChatResponse): StopReason {
    if (message.refusal) return 'refusal';
    if (finishReason === 'content_filter') return 'content_filter';
    if (this.#limit !== undefined) return this.#limit;
    return finishReason === 'length' ? 'length' : 'completed';
  }

  #result(
    response: ChatResponse,
    outcome: { stopReason: StopReason; message: AssistantMessage; text?: string },
  ): ChatResult {
    const { stopReason, message, text = message.content ?? '' } = outcome;
    return {
      text,
      message,
      messages: this.#transcript.messages,
      stopReason,
      usage: this.#usage,
      attempts: this.#attempt,
      calls: this.#transcript.calls,
      response,
      toString: () => text,
    };
  }
}
