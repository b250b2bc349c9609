import { expect } from 'chai';
import type { ChatDelta, ChatRequest, ChatResponse, ChatService, ToolCall } from '../../src/index.js';
import { ScriptedChatService } from '../../src/testing/index.js';
import type { ScriptedTurn } from '../../src/testing/index.js';
import { requestProblems } from './check-request.js';

const problems: string[] = [];

// Every request that any model of these tests receives must be one that a strict service would take.
afterEach(() => {
  expect(problems.splice(0)).to.deep.equal([]);
});

/** Notes a request that a service received, to be found wanting at the end of the test. */
export function receive(request: ChatRequest): void {
  problems.push(...requestProblems(request));
  try {
    structuredClone(request);
  } catch {
    problems.push('a request that is no plain data');
  }
}

/** A scripted model whose requests are checked. */
export class CheckedModel extends ScriptedChatService {
  readonly supports?: NonNullable<ChatService['supports']>;

  constructor(turns: readonly ScriptedTurn[], supports?: NonNullable<ChatService['supports']>) {
    super(turns);
    if (supports !== undefined) this.supports = supports;
  }

  override async complete(request: ChatRequest, options: { signal: AbortSignal }): Promise<ChatResponse> {
    receive(request);
    return super.complete(request, options);
  }
}

/** A model that says what it is given, in turn. */
export function aModel(...turns: ScriptedTurn[]): CheckedModel {
  return new CheckedModel(turns);
}

/** A service made by hand: one function per request; streamed as it is, in one piece. */
export function aService(
  answer: (request: ChatRequest, signal: AbortSignal, place: number) => unknown,
): ChatService & { readonly requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  return {
    modelId: 'by-hand',
    requests,
    async complete(request, { signal }) {
      receive(request);
      requests.push(structuredClone(request));
      return (await answer(request, signal, requests.length)) as ChatResponse;
    },
  };
}

/** A service that streams what it is given. */
export function aStreamingService(
  deltas: (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatDelta>,
): ChatService {
  return {
    modelId: 'streaming',
    complete: () => Promise.reject(new Error('This service only streams.')),
    stream(request, { signal }) {
      receive(request);
      return deltas(request, signal);
    },
  };
}

/** A response as a service gives it. */
export function response(
  message: Partial<ChatResponse['message']>,
  finishReason: ChatResponse['finishReason'] = 'stop',
): ChatResponse {
  return { message: { role: 'assistant', content: null, ...message }, finishReason };
}

/** A call as a model writes it. */
export function call(name: string, args: object | string = {}, id = 'call_1'): ToolCall {
  return { id, name, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
}

/** A turn that calls, with ids of its own. */
export function calls(...list: ToolCall[]): ChatResponse {
  return response({ toolCalls: list }, 'tool_calls');
}
