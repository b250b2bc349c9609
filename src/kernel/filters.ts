import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage, ChatMessage, ChatResponse, ChatSettings } from '../chat/chat-service.js';
import { copyMessage } from '../chat/copy-message.js';
import { deepCopyOf } from '../deep-copy-of.js';
import { isFunctionError, KernelError } from '../errors.js';
import type { FunctionMetadata, KernelArguments, ToolCall } from '../functions/invocation.js';
import { checkContextArguments, checkPrompt } from './context-check.js';
import { type ChainEntry, type FilteredBody, guarded, runChain } from './filter-chain.js';
import { kindOf } from '../kind-of.js';
import type { FilterKind } from './kernel-state.js';

/** Middleware: what is before `await next()` happens before, what is after it after. Without `next` nothing runs. */
export type Filter<Context> = (context: Context, next: () => Promise<void>) => Promise<void> | void;

/** One run of a function. `arguments` may be replaced and is not checked again; `result` may be set. */
export interface FunctionContextOf<K> {
  readonly kernel: K;
  readonly function: FunctionMetadata;
  arguments: KernelArguments;
  readonly signal: AbortSignal;
  result?: unknown;
  readonly toolCall?: ToolCall;
}

/** One run of a function that a model asked for. */
export interface AutoFunctionContextOf<K> extends FunctionContextOf<K> {
  readonly history: ChatHistory;
  /** The message that holds the call, and its siblings. */
  readonly message: AssistantMessage;
  /** The round, from 1. */
  readonly attempt: number;
  /** The place of the call in its message, from 0. */
  readonly index: number;
  readonly count: number;
  /** Set to true to end the run: later calls of the message are answered without being run. */
  terminate: boolean;
}

/** One request to a model. Setting `response` without calling `next` answers in the model's place. */
export interface PromptContextOf<K> {
  readonly kernel: K;
  messages: readonly ChatMessage[];
  settings: ChatSettings;
  readonly attempt: number;
  response?: ChatResponse;
}

/** The filters of a kernel, first added outermost. A run in progress keeps the filters it began with. */
export class FilterChains<K> {
  #function: readonly ChainEntry<FunctionContextOf<K>>[] = [];
  #autoFunction: readonly ChainEntry<AutoFunctionContextOf<K>>[] = [];
  #prompt: readonly ChainEntry<PromptContextOf<K>>[] = [];

  constructor(readonly kernel: K) {}

  has(kind: FilterKind): boolean {
    switch (kind) {
      case 'function':
        return this.#function.length > 0;
      case 'autoFunction':
        return this.#function.length > 0 || this.#autoFunction.length > 0;
      case 'prompt':
        return this.#prompt.length > 0;
      default:
        return kind satisfies never;
    }
  }

  /** @returns what removes it again */
  addFunction(filter: Filter<FunctionContextOf<K>>): () => void {
    checkFilter(filter);
    const entry = { filter };
    this.#function = [...this.#function, entry];
    return () => (this.#function = this.#function.filter((other) => other !== entry));
  }

  addAutoFunction(filter: Filter<AutoFunctionContextOf<K>>): () => void {
    checkFilter(filter);
    const entry = { filter };
    this.#autoFunction = [...this.#autoFunction, entry];
    return () => (this.#autoFunction = this.#autoFunction.filter((other) => other !== entry));
  }

  addPrompt(filter: Filter<PromptContextOf<K>>): () => void {
    checkFilter(filter);
    const entry = { filter };
    this.#prompt = [...this.#prompt, entry];
    return () => (this.#prompt = this.#prompt.filter((other) => other !== entry));
  }

  /** Takes over the filters of another kernel. */
  copyFrom(other: FilterChains<K>): void {
    this.#function = other.#function;
    this.#autoFunction = other.#autoFunction;
    this.#prompt = other.#prompt;
  }

  /** @throws what `body` threw, or KernelError `filter_failed` */
  async runFunction(
    context: Omit<FunctionContextOf<K>, 'kernel'>,
    body: (args: KernelArguments) => Promise<unknown>,
  ): Promise<unknown> {
    const whole = withKernel(context, this.kernel);
    await guarded(body, isFunctionError, (guardedBody) =>
      runChain(this.#function, whole, async () => setResult(whole, guardedBody)),
    );
    return whole.result;
  }

  /** As `runFunction`, inside the filters of automatic calls. */
  async runAutoFunction(
    context: Omit<AutoFunctionContextOf<K>, 'kernel'>,
    body: (args: KernelArguments) => Promise<unknown>,
  ): Promise<{ readonly result: unknown; readonly terminate: boolean }> {
    const whole = withKernel(context, this.kernel);
    // Those that there are now, whatever a filter adds or removes while the call is under way.
    const functionFilters = this.#function;
    const runInner = (guardedBody: FilteredBody): Promise<void> =>
      runChain(functionFilters, whole, async () => {
        if (!whole.terminate) await setResult(whole, guardedBody);
      });
    await guarded(body, isFunctionError, (guardedBody) =>
      runChain(this.#autoFunction, whole, () => runInner(guardedBody)),
    );
    return { result: whole.result, terminate: whole.terminate };
  }

  /** @throws what `body` threw, or KernelError `filter_failed` */
  async runPrompt(
    context: Omit<PromptContextOf<K>, 'kernel'>,
    body: (messages: readonly ChatMessage[], settings: ChatSettings) => Promise<ChatResponse>,
  ): Promise<ChatResponse | undefined> {
    // Copies, so that a filter that edits in place edits the request, not the history.
    const copies = {
      ...context,
      messages: context.messages.map(copyMessage),
      settings: copySettings(context.settings),
    };
    const whole: PromptContextOf<K> = withKernel(copies, this.kernel);
    await guarded(
      () => body(whole.messages, whole.settings),
      // There is no call to answer that a `FunctionError` could be meant for.
      () => false,
      (guardedBody) =>
        runChain(this.#prompt, whole, async () => {
          checkPrompt(whole);
          whole.response = (await guardedBody({})) as ChatResponse;
        }),
    );
    return whole.response;
  }
}

// Not a copy: filters write to the context, and its creator reads what they wrote.
function withKernel<C extends object, K>(context: C, kernel: K): C & { readonly kernel: K } {
  return Object.assign(context, { kernel });
}

async function setResult(context: FunctionContextOf<unknown>, body: FilteredBody): Promise<void> {
  checkContextArguments(context);
  context.result = await body(context.arguments);
}

function copySettings(settings: ChatSettings): ChatSettings {
  const copy = { ...settings };
  if (Array.isArray(copy.stop)) copy.stop = [...copy.stop];
  if (copy.extra !== undefined) copy.extra = deepCopyOf(copy.extra);
  return copy;
}

function checkFilter(filter: unknown): void {
  if (typeof filter === 'function') return;
  throw new KernelError('invalid_options', `A filter is a function (context, next) => …, not ${kindOf(filter)}.`);
}

/** The error for a kind of filters that there is none of. */
export function unknownKind(kind: never): KernelError {
  const message = `Filters are of the kind 'function', 'autoFunction' or 'prompt'; there is none named "${String(kind)}".`;
  return new KernelError('invalid_options', message);
}
