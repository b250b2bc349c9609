import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage, ChatMessage } from '../chat/chat-service.js';
import type { CallOutcome } from './call-outcome.js';
import type { ChatEvent, FunctionCallRecord } from './chat-result.js';

/** What a run is written down in. */
export interface RunTranscriptOptions {
  readonly history: ChatHistory;
  /** What the run itself put into the history before the first round. */
  readonly begunWith: readonly ChatMessage[];
  /** Present for a streamed run. */
  readonly emit?: (event: ChatEvent) => void;
}

/** What a run has added to its history, and the records of its calls. */
export class RunTranscript {
  readonly #options: RunTranscriptOptions;
  readonly #messages: ChatMessage[];
  readonly #calls: FunctionCallRecord[] = [];

  constructor(options: RunTranscriptOptions) {
    this.#options = options;
    this.#messages = [...options.begunWith];
  }

  get messages(): ChatMessage[] {
    return [...this.#messages];
  }

  get calls(): FunctionCallRecord[] {
    return [...this.#calls];
  }

  /** Adds a message of the model and the answers to its calls, all of them at once. */
  commit(message: AssistantMessage, outcomes: readonly CallOutcome[], attempt: number): void {
    const { history, emit } = this.#options;
    const added: ChatMessage[] = [message];
    for (const { record } of outcomes) {
      added.push(record.result);
      this.#calls.push(record);
    }
    for (const each of added) {
      history.add(each);
      this.#messages.push(each);
    }
    if (emit) for (const each of added) emit({ type: 'message', message: each, attempt });
  }
}
