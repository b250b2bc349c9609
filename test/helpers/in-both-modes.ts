import { expect } from 'chai';
import { ChatHistory } from '../../src/index.js';
import type { ChatEvent, ChatOptions, ChatResult, Kernel } from '../../src/index.js';
import { messageProblems } from './check-request.js';

/** Runs a chat in the mode of the case at hand, and checks what holds after every run. */
export type Ask = (kernel: Kernel, input: string | ChatHistory, options?: ChatOptions) => Promise<ChatResult>;

/** One case, as a test of `kernel.chat` and as one of `kernel.chatStream`. */
export function inBothModes(title: string, body: (ask: Ask) => Promise<void>): void {
  it(`${title} (plain)`, () => body((kernel, input, options) => checked(input, () => kernel.chat(input, options))));
  it(`${title} (streamed)`, () =>
    body((kernel, input, options) => checked(input, () => streamed(kernel, input, options))));
}

/** Why a promise rejected; fails if it did not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The promise was expected to reject.');
}

/** Fails unless the history is one that a strict service would take, with arguments and names as the model wrote them. */
export function expectValid(history: ChatHistory): void {
  const wellFormed = history.messages.map((message) => {
    if (message.role === 'tool') return { ...message, name: 'any' };
    if (message.role !== 'assistant' || message.toolCalls === undefined) return message;
    return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, name: 'any', arguments: '{}' })) };
  });
  expect(messageProblems(wellFormed)).to.deep.equal([]);
}

async function checked(input: string | ChatHistory, run: () => Promise<ChatResult>): Promise<ChatResult> {
  const before = input instanceof ChatHistory ? [...input.messages] : [];
  let result: ChatResult | undefined;
  try {
    result = await run();
    return result;
  } finally {
    if (input instanceof ChatHistory && result?.stopReason !== 'function_calls') {
      if (result !== undefined) expect(input.messages).to.deep.equal([...before, ...result.messages]);
      // A history that was refused is left as it was.
      if (input.messages.length > before.length) expectValid(input);
    }
  }
}

async function streamed(kernel: Kernel, input: string | ChatHistory, options?: ChatOptions): Promise<ChatResult> {
  const stream = kernel.chatStream(input, options);
  const events: ChatEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
  } catch (error) {
    expect(await rejection(stream.result)).to.equal(error);
    expectAnswered(events);
    throw error;
  }
  const result = await stream.result;
  expect(events.at(-1)).to.deep.equal({ type: 'done', result });
  expect(events.filter((event) => event.type === 'done')).to.have.lengthOf(1);
  const committed = events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
  const begun = typeof input === 'string' ? 1 : 0;
  expect(committed).to.deep.equal(result.messages.slice(begun));
  if (result.stopReason !== 'function_calls') expectAnswered(events);
  return result;
}

function expectAnswered(events: readonly ChatEvent[]): void {
  const made = events.flatMap((event) => (event.type === 'call' ? [event.call.id] : []));
  const answered = events.flatMap((event) => (event.type === 'result' ? [event.record.call.id] : []));
  expect(answered.sort()).to.deep.equal(made.sort());
}
