import type { Usage } from '../chat/chat-service.js';

/** Adds up tokens; a count that no service gave stays away. */
export function addUsage(total: Usage, added: Usage | undefined): Usage {
  if (added === undefined) return total;
  const cachedInputTokens = sum(total.cachedInputTokens, added.cachedInputTokens);
  const reasoningTokens = sum(total.reasoningTokens, added.reasoningTokens);
  return {
    inputTokens: total.inputTokens + added.inputTokens,
    outputTokens: total.outputTokens + added.outputTokens,
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
