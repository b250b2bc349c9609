import type { ChatEvent, ChatResult } from './chat-result.js';

/** A streamed run. It starts when it is first iterated, or when `result` is first read. */
export interface ChatStream extends AsyncIterable<ChatEvent> {
  /** Settles when the run does; reading it alone runs to the end. */
  readonly result: Promise<ChatResult>;
  /** The text of the answers alone. */
  text(): AsyncIterable<string>;
}

/** Runs a chat that reports to `emit` and follows `signal`. */
export type StreamRunner = (emit: (event: ChatEvent) => void, signal: AbortSignal) => Promise<ChatResult>;

/** Makes the stream of a run. It can be iterated once; leaving the loop early aborts the run without an error. */
export function createChatStream(runner: StreamRunner): ChatStream {
  return new RunStream(runner);
}

class RunStream implements ChatStream {
  readonly #runner: StreamRunner;
  readonly #abandoned = new AbortController();
  readonly #events: ChatEvent[] = [];
  #wake: (() => void) | undefined;
  #result: Promise<ChatResult> | undefined;
  #isSettled = false;
  #isIterated = false;

  constructor(runner: StreamRunner) {
    this.#runner = runner;
  }

  get result(): Promise<ChatResult> {
    this.#result ??= this.#start();
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<ChatEvent> {
    if (this.#isIterated) throw new TypeError('A ChatStream can be iterated only once.');
    this.#isIterated = true;
    return this.#iterate();
  }

  async *text(): AsyncGenerator<string> {
    for await (const event of this) {
      if (event.type === 'text') yield event.text;
    }
  }

  #start(): Promise<ChatResult> {
    const result = this.#runner((event) => this.#push(event), this.#abandoned.signal);
    const settled = (): void => {
      this.#isSettled = true;
      this.#wake?.();
    };
    // Also keeps a failed run from being an unhandled rejection for those who only iterate: the loop throws it.
    result.then(settled, settled);
    return result;
  }

  #push(event: ChatEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  async *#iterate(): AsyncGenerator<ChatEvent> {
    const result = this.result;
    let isLeft = true;
    try {
      for (;;) {
        const event = this.#events.shift();
        if (event !== undefined) yield event;
        else if (this.#isSettled) break;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      isLeft = false;
      yield { type: 'done', result: await result };
    } finally {
      if (isLeft) await this.#abandon(result);
    }
  }

  async #abandon(result: Promise<ChatResult>): Promise<void> {
    this.#abandoned.abort(new DOMException('The stream was left before its end.', 'AbortError'));
    // Until the history is closed; the consumer has left and hears nothing of the failure.
    await result.catch(() => undefined);
  }
}
