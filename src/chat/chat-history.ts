import { KernelError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import type { ToolCall } from '../functions/invocation.js';
import type { ChatMessage } from './chat-service.js';
import { copyMessage } from './copy-message.js';
import { messageProblem, strayAnswer, unansweredCalls } from './history-check.js';

const CLOSED_CALL = 'Error: cancelled by the caller before it finished.';

/**
 * A conversation. A run of `kernel.chat` appends to it what it adds, its last answer included; after every outcome each
 * call in it is answered (in manual mode, as soon as you add the answers).
 */
export class ChatHistory {
  readonly #messages: ChatMessage[] = [];

  /** @throws KernelError `invalid_history` for what is no list, or holds what is no message */
  constructor(messages: readonly ChatMessage[] = []) {
    if (!Array.isArray(messages)) {
      throw new KernelError('invalid_history', `A history is made of a list of messages, not of ${kindOf(messages)}.`);
    }
    for (const message of messages) this.add(message);
  }

  /** What has been said, in order; later messages are seen too. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Appends a message of the application. */
  addSystem(text: string): this {
    return this.add({ role: 'system', content: text });
  }

  /** Appends a message of the user. */
  addUser(text: string): this {
    return this.add({ role: 'user', content: text });
  }

  /** Appends a message of the model, without calls. */
  addAssistant(text: string): this {
    return this.add({ role: 'assistant', content: text });
  }

  /**
   * Appends a copy of a message.
   * @throws KernelError `invalid_history` if it does not have the shape of one
   */
  add(message: ChatMessage): this {
    const problem = messageProblem(message);
    if (problem !== undefined) {
      throw new KernelError('invalid_history', `Message ${this.#messages.length} of the history ${problem}.`);
    }
    this.#messages.push(copyMessage(message));
    return this;
  }

  /** The calls that no tool message answers yet. */
  openCalls(): readonly ToolCall[] {
    return unansweredCalls(this.#messages).flatMap(({ calls }) => calls);
  }

  /** Answers every open call, so that the conversation can go on: after a crash, or when manual mode is given up. */
  closeOpenCalls(text: string = CLOSED_CALL): void {
    // From the end, so that what is inserted moves no place that is still to come.
    for (const { calls, end } of [...unansweredCalls(this.#messages)].reverse()) {
      const answers = calls.map((call): ChatMessage => ({
        role: 'tool',
        toolCallId: call.id,
        name: call.name,
        content: text,
        isError: true,
      }));
      this.#messages.splice(end, 0, ...answers);
    }
  }

  /** An independent copy. */
  clone(): ChatHistory {
    return new ChatHistory(this.#messages);
  }

  /** Plain data; {@link ChatHistory.from} reads it back. */
  toJSON(): { version: 1; messages: ChatMessage[] } {
    return { version: 1, messages: this.#messages.map(copyMessage) };
  }

  /**
   * Reads what `toJSON` wrote, whether it went through text or not.
   * @throws KernelError `invalid_history` that names the message and what is wrong with it
   */
  static from(json: unknown): ChatHistory {
    const { version, messages } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
    if (version !== 1 || !Array.isArray(messages)) {
      throw new KernelError(
        'invalid_history',
        'This is not a history: expected { version: 1, messages: […] }, as toJSON() gives it.',
      );
    }
    const history = new ChatHistory(plainCopy(messages));
    const stray = strayAnswer(history.messages);
    if (stray === undefined) return history;
    throw new KernelError('invalid_history', `The tool message for call "${stray}" answers no open call.`);
  }
}

function plainCopy(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  try {
    return structuredClone(messages);
  } catch (cause) {
    throw new KernelError('invalid_history', 'The messages of the history are not plain data.', { cause });
  }
}
