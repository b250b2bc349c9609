import type { Usage } from '../chat/chat-service.js';

/** Counts as a wire gives them; only numbers count. */
export interface WireUsage {
  readonly input: unknown;
  readonly output: unknown;
  readonly cached: unknown;
  readonly reasoning: unknown;
}

/** The usage of an answer; none, unless both input and output were counted. */
export function tokenUsage({ input, output, cached, reasoning }: WireUsage): Usage | undefined {
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  const usage: Usage = { inputTokens: input, outputTokens: output };
  if (typeof cached === 'number') usage.cachedInputTokens = cached;
  if (typeof reasoning === 'number') usage.reasoningTokens = reasoning;
  return usage;
}
