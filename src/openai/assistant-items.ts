import type { AssistantMessage } from '../chat/chat-service.js';
import type { ToolCall } from '../functions/invocation.js';
import { parseArguments } from '../functions/parse-arguments.js';
import { readItems } from './response-items.js';
import type { OutputItem } from './response-items.js';
import { RESPONSES_OUTPUT, asList, asRecord, textOf } from './wire-fields.js';

/**
 * A message of the model as items of a Responses request. As long as it says what the items say that the service gave, those
 * are sent again, reasoning included; once it was edited, it alone counts, and nothing of them is sent. Nor is an item sent
 * twice in one request, which the service refuses: an answer may stand in a history twice, and servers reuse ids.
 *
 * @param sent the ids of the items that the request has so far, to which these are added
 */
export function assistantItems(message: AssistantMessage, sent: Set<string>): readonly unknown[] {
  const given = asList(message.extra?.[RESPONSES_OUTPUT])
    .map(asRecord)
    .filter(({ type }) => type !== undefined);
  const ids = given.map(({ id }) => textOf(id)).filter((id) => id !== '');
  const isNew = ids.every((id) => !sent.has(id));
  if (given.length === 0 || !isNew || !saysTheSame(message, given)) return writtenAnew(message);
  for (const id of ids) sent.add(id);
  return replayed(given, message);
}

/** Whether the text of the message is that of the items, and each of its calls one of theirs. Some of theirs may be dropped. */
function saysTheSame({ content, refusal, toolCalls = [] }: AssistantMessage, given: readonly OutputItem[]): boolean {
  const said = readItems(given);
  if (said.content !== (content || null) || said.refusal !== (refusal ?? '')) return false;
  const saidCalls = new Map(said.toolCalls.map((call) => [call.id, call]));
  return toolCalls.every((call) => isSameCall(call, saidCalls.get(call.id)));
}

// Names and arguments that a service would refuse are mended before a message is sent, which is no edit.
function isSameCall(call: ToolCall, said: ToolCall | undefined): boolean {
  if (said === undefined) return false;
  return call.arguments === said.arguments || (call.arguments === '{}' && !hasArguments(said));
}

function hasArguments(call: ToolCall): boolean {
  const parsed = parseArguments(call.arguments, call.name);
  return parsed.type === 'valid' && Object.keys(parsed.arguments).length > 0;
}

function writtenAnew({ content, refusal, toolCalls = [] }: AssistantMessage): readonly unknown[] {
  const text = content || refusal;
  return [...(text ? [{ role: 'assistant', content: text }] : []), ...toolCalls.map((call) => callItem(call))];
}

/** The items that the service gave, calls under the name and with the arguments that may be replayed. */
function replayed(given: readonly OutputItem[], { toolCalls = [] }: AssistantMessage): readonly OutputItem[] {
  const byId = new Map(toolCalls.map((call) => [call.id, call]));
  const keep = (item: OutputItem): OutputItem[] => {
    // A call of another type is not run here, and the service refuses one that nobody answers.
    if (item['type'] === 'custom_tool_call') return [];
    if (item['type'] !== 'function_call') return [item];
    const call = byId.get(String(item['call_id']));
    // A call that was dropped, such as one made when the model had to answer.
    return call !== undefined && byId.delete(call.id) ? [callItem(call, item)] : [];
  };
  return stepsOf(given).flatMap(({ reasoning, items }) => {
    const kept = items.flatMap(keep);
    // The service refuses reasoning without the item that it led to.
    return kept.length > 0 ? [...reasoning, ...kept] : [];
  });
}

/** A stretch of the output: the reasoning, then what it led to. */
interface Step {
  readonly reasoning: OutputItem[];
  readonly items: OutputItem[];
}

function stepsOf(given: readonly OutputItem[]): readonly Step[] {
  const steps: Step[] = [];
  for (const item of given) {
    const last = steps.at(-1);
    const isReasoning = item['type'] === 'reasoning';
    const goesOn = last !== undefined && !(isReasoning && last.items.length > 0);
    const step = goesOn ? last : { reasoning: [], items: [] };
    if (!goesOn) steps.push(step);
    (isReasoning ? step.reasoning : step.items).push(item);
  }
  return steps;
}

function callItem(call: ToolCall, given: OutputItem = {}): OutputItem {
  return { ...given, type: 'function_call', call_id: call.id, name: call.name, arguments: call.arguments };
}
