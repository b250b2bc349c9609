import { KernelError } from '../errors.js';
import { isRecord } from '../is-record.js';
import { kindOf } from '../kind-of.js';
import type { ChatDelta, ChatRequest, ChatResponse, ChatService } from '../chat/chat-service.js';

/** What a {@link ScriptedChatService} says: a text, calls, or a whole response. */
export type ScriptedAnswer =
  | string
  | ChatResponse
  | {
      readonly toolCalls: readonly {
        readonly name: string;
        readonly arguments: object | string;
        readonly id?: string | undefined;
      }[];
      readonly content?: string | undefined;
    };

/** One turn: an answer, or what makes it of the request. */
export type ScriptedTurn = ScriptedAnswer | ((request: ChatRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

/**
 * A model for tests: answers with the turns given, in order, and keeps what it was asked. One turn more than it has is
 * an error.
 *
 * @example
 * ```ts
 * const service = new ScriptedChatService([
 *   { toolCalls: [{ name: 'python-execute_code', arguments: { code: '6 * 7' } }] },
 *   'The answer is 42.',
 * ]);
 * ```
 */
export class ScriptedChatService implements ChatService {
  readonly modelId = 'scripted';
  readonly #turns: readonly ScriptedTurn[];
  readonly #requests: ChatRequest[] = [];

  /** @throws KernelError `invalid_options` for what is no list, or has what is no turn */
  constructor(turns: readonly ScriptedTurn[]) {
    if (!Array.isArray(turns)) {
      throw new KernelError(
        'invalid_options',
        `A script is a list of turns, such as ['Hello.'], not ${kindOf(turns)}.`,
      );
    }
    this.#turns = [...turns];
    for (const [place, turn] of this.#turns.entries()) if (typeof turn !== 'function') checkAnswer(turn, place);
  }

  /** Copies of the requests so far. */
  get requests(): readonly ChatRequest[] {
    return this.#requests;
  }

  /** @throws Error when there is no turn left, KernelError `invalid_options` for what a function gives and is no answer */
  async complete(request: ChatRequest, { signal }: { signal: AbortSignal }): Promise<ChatResponse> {
    signal.throwIfAborted();
    const place = this.#requests.push(structuredClone(request)) - 1;
    const turn = this.#turns[place];
    if (turn === undefined)
      throw new Error(`The script has ${this.#turns.length} turns, and was asked for number ${place + 1}.`);
    const answer = typeof turn === 'function' ? await turn(request) : turn;
    signal.throwIfAborted();
    checkAnswer(answer, place);
    return responseFrom(answer, place);
  }

  /** The same, in one piece of text per word. */
  async *stream(request: ChatRequest, options: { signal: AbortSignal }): AsyncGenerator<ChatDelta> {
    const response = await this.complete(request, options);
    for (const text of response.message.content?.match(/\S*\s*/g) ?? []) {
      if (text !== '') yield { type: 'text', text };
    }
    yield { type: 'end', response };
  }
}

function checkAnswer(answer: unknown, place: number): void {
  if (typeof answer === 'string') return;
  if (isRecord(answer) && 'message' in answer) return;
  const calls: unknown = isRecord(answer) ? answer['toolCalls'] : undefined;
  if (Array.isArray(calls) && calls.every(isRecord)) return;
  throw new KernelError(
    'invalid_options',
    `Turn ${place + 1} of the script is none: it is a text, { toolCalls: [{ name, arguments }] }, or a whole response { message, finishReason }.`,
  );
}

function responseFrom(answer: ScriptedAnswer, place: number): ChatResponse {
  if (typeof answer === 'string') return { message: { role: 'assistant', content: answer }, finishReason: 'stop' };
  if ('message' in answer) return structuredClone(answer);
  const toolCalls = answer.toolCalls.map(({ name, arguments: args, id }, index) => ({
    id: id ?? `call_${place + 1}_${index + 1}`,
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }));
  return { message: { role: 'assistant', content: answer.content ?? null, toolCalls }, finishReason: 'tool_calls' };
}
