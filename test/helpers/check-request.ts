import type { ChatMessage, ChatRequest, ToolCall } from '../../src/index.js';

const LEGAL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * What a strict model service would refuse in a request: calls not answered once and in order directly after their
 * message, ids missing or repeated, illegal names, arguments that are not JSON objects, empty messages, idle tool fields.
 */
export function requestProblems(request: ChatRequest): string[] {
  return [...messageProblems(request.messages), ...toolProblems(request)];
}

/** The same for a conversation alone. */
export function messageProblems(messages: readonly ChatMessage[]): string[] {
  const problems: string[] = [];
  let expected: string[] = [];
  for (const [index, message] of messages.entries()) {
    const where = `message ${index}`;
    if (message.role === 'tool') {
      if (message.toolCallId !== expected.shift())
        problems.push(`${where}: answers "${message.toolCallId}" out of turn`);
      if (typeof message.content !== 'string' || message.content === '') problems.push(`${where}: an empty answer`);
      if (!LEGAL_NAME.test(message.name)) problems.push(`${where}: the name "${message.name}" is illegal`);
      continue;
    }
    if (expected.length > 0) problems.push(`${where}: comes before the answers to ${expected.join(', ')}`);
    expected = [];
    if (message.role !== 'assistant') continue;
    const calls = message.toolCalls ?? [];
    if (calls.length === 0 && !message.content && !message.refusal)
      problems.push(`${where}: an empty answer of the model`);
    if (new Set(calls.map((call) => call.id)).size !== calls.length) problems.push(`${where}: ids are repeated`);
    problems.push(...calls.flatMap((call) => callProblems(call).map((problem) => `${where}: ${problem}`)));
    expected = calls.map((call) => call.id);
  }
  if (expected.length > 0) problems.push(`the end: no answers to ${expected.join(', ')}`);
  return problems;
}

function callProblems(call: ToolCall): string[] {
  const problems: string[] = [];
  if (typeof call.id !== 'string' || call.id === '') problems.push('a call without an id');
  if (!LEGAL_NAME.test(call.name)) problems.push(`the name "${call.name}" is illegal`);
  if (!isObjectText(call.arguments)) problems.push(`the arguments of "${call.id}" are no JSON object`);
  return problems;
}

function toolProblems({ tools, toolChoice, parallelToolCalls }: ChatRequest): string[] {
  if (tools !== undefined && tools.length > 0) {
    const illegal = tools
      .filter((tool) => !LEGAL_NAME.test(tool.name))
      .map((tool) => `the tool "${tool.name}" is illegal`);
    const names = new Set(tools.map((tool) => tool.name));
    return names.size === tools.length ? illegal : [...illegal, 'two tools have the same name'];
  }
  const idle = [tools, toolChoice, parallelToolCalls].filter((field) => field !== undefined);
  return idle.length === 0 ? [] : ['fields about tools without tools'];
}

function isObjectText(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
