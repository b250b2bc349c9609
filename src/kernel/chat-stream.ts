import type { ChatEvent, ChatResult } from './chat-result.js';

/**
 * A streamed run. It starts when it is first iterated, or when `result` is first read. It can be iterated once, itself or its
 * `text()`: a second time is a `TypeError`. Leaving the loop early aborts the run.
 */
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
  #events: ChatEvent[] = [];
  #taken = 0;
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
    return leavingAtOnce(this.#iterate(), () => this.#leave());
  }

  text(): AsyncIterable<string> {
    const begin = (): AsyncIterator<string> =>
      leavingAtOnce(textsOf(this[Symbol.asyncIterator]()), () => this.#leave());
    return { [Symbol.asyncIterator]: begin };
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

  // Not with shift(), which moves all that is left: nobody may have iterated for a long time.
  #take(): ChatEvent | undefined {
    const event = this.#events[this.#taken];
    if (event !== undefined) this.#taken += 1;
    else [this.#events, this.#taken] = [[], 0];
    return event;
  }

  async *#iterate(): AsyncGenerator<ChatEvent> {
    const result = this.result;
    const { signal } = this.#abandoned;
    try {
      while (!signal.aborted) {
        const event = this.#take();
        if (event !== undefined) yield event;
        else if (this.#isSettled) break;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      if (!signal.aborted) yield { type: 'done', result: await result };
    } finally {
      // Until the history is closed; a consumer that has left hears nothing of the failure.
      if (!this.#isSettled) {
        this.#leave();
        await result.catch(() => undefined);
      }
    }
  }

  #leave(): void {
    this.#abandoned.abort(new DOMException('The stream was left before its end.', 'AbortError'));
  }
}

async function* textsOf(events: AsyncIterator<ChatEvent>): AsyncGenerator<string> {
  try {
    for (let step = await events.next(); step.done !== true; step = await events.next()) {
      if (step.value.type === 'text') yield step.value.text;
    }
  } finally {
    await events.return?.();
  }
}

/** A generator's own `return` waits for the `next` in front of it, which may wait for a function that takes hours. */
function leavingAtOnce<T>(generator: AsyncGenerator<T>, leave: () => void): AsyncIterator<T> {
  return {
    next: () => generator.next(),
    return: () => {
      leave();
      return generator.return(undefined);
    },
  };
}
