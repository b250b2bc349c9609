import { ChatHistory } from '../chat/chat-history.js';
import type { ChatService } from '../chat/chat-service.js';
import type { ChatResult, FunctionCallRecord, StopReason } from '../kernel/chat-result.js';
import { Kernel } from '../kernel/kernel.js';
import type { SessionsPythonTool } from '../plugins/sessions-python-tool.js';

/** What came of one line. */
export interface Reply {
  readonly text: string;
  /** Whether the last thing that ran went wrong. */
  readonly failed: boolean;
}

// How a run can end other than by an answer, for the person who waits for it.
const NOTES: Readonly<Partial<Record<StopReason, string>>> = {
  max_attempts: 'The model kept calling functions; it was stopped and asked for an answer.',
  max_errors: 'The model’s calls kept failing; it was stopped and asked for an answer.',
  length: 'The answer was cut off by the token limit.',
  content_filter: 'The answer was stopped by the content filter.',
  refusal: 'The model refused.',
};

/** A kernel with a model and an interpreter, and what has been said so far. */
export class Conversation {
  readonly #kernel: Kernel;
  readonly #history = new ChatHistory();

  constructor(service: ChatService, python: SessionsPythonTool) {
    this.#kernel = new Kernel({ services: service });
    this.#kernel.addPlugin(python, 'python');
  }

  /** @throws what `kernel.chat` throws; the conversation can go on afterwards */
  async ask(line: string, signal: AbortSignal): Promise<Reply> {
    this.#history.addUser(line);
    const result = await this.#kernel.chat(this.#history, { signal });
    const note = NOTES[result.stopReason];
    if (note !== undefined) console.error(note);
    return { text: result.text, failed: lastCallFailed(result) };
  }
}

function lastCallFailed({ calls }: ChatResult): boolean {
  const last: FunctionCallRecord | undefined = calls.at(-1);
  if (last === undefined) return false;
  return last.error !== undefined || Reflect.get(Object(last.value), 'status') === 'Failed';
}
