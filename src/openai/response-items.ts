import type { ToolCall } from '../functions/invocation.js';
import { argumentsText, asList, asRecord, textOf } from './wire-fields.js';

/** One item of the output of a Responses answer. */
export type OutputItem = Record<string, unknown>;

/** What the output items of an answer say, put together. */
export interface SaidInItems {
  readonly content: string | null;
  /** Empty where there is none. */
  readonly refusal: string;
  readonly toolCalls: ToolCall[];
}

/** Reads what a message is made of; items of other types say nothing of it. */
export function readItems(items: readonly OutputItem[]): SaidInItems {
  const parts = items.filter(({ type }) => type === 'message').flatMap(({ content }) => asList(content).map(asRecord));
  return {
    content: parts.map((part) => textOf(part['text'])).join('') || null,
    refusal: parts.map((part) => textOf(part['refusal'])).join(''),
    toolCalls: items.filter(({ type }) => type === 'function_call').map(readCall),
  };
}

function readCall(item: OutputItem): ToolCall {
  return { id: textOf(item['call_id']), name: textOf(item['name']), arguments: argumentsText(item['arguments']) };
}
