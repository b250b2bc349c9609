import type { Usage } from '../chat/chat-service.js';

/** Adds up tokens; a count that no service gave stays away. */
export function addUsage(total: Usage, added: Usage | undefined): Usage {
  if (added === undefined) return total;
  const cachedInputTokens = sum(total.cachedInputTokens, added.cachedInputTokens);
  const reasoningTokens = sum(total.reasoningTokens, added.reasoningTokens);
  const sums: Usage = {
    inputTokens: total.inputTokens + added.inputTokens,
    outputTokens: total.outputTokens + added.outputTokens,
  };
  if (cachedInputTokens !== undefined) sums.cachedInputTokens = cachedInputTokens;
  if (reasoningTokens !== undefined) sums.reasoningTokens = reasoningTokens;
  return sums;
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
