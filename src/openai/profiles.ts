import type { ChatService } from '../chat/chat-service.js';

/** A server that speaks Chat Completions with habits of its own. */
export type OpenAIProfile = 'generic' | 'openai' | 'ollama' | 'vllm' | 'lmstudio' | 'gemini' | 'deepseek';

/** What a profile switches; whatever is safe everywhere is done without one. */
export interface ProfileSwitches {
  readonly supports: NonNullable<ChatService['supports']>;
  /** The field for the longest answer. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Whether a stream is asked for its usage. */
  readonly streamUsage: boolean;
  readonly systemRole: 'system' | 'developer';
  /** Whether `tool_choice` may name a function; else that is offered alone, and a call of any required. */
  readonly namedToolChoice: boolean;
}

const GENERIC: ProfileSwitches = Object.freeze({
  supports: {},
  maxTokensField: 'max_tokens',
  streamUsage: true,
  systemRole: 'system',
  namedToolChoice: true,
});

/** The switches of each profile. */
export const PROFILES: Readonly<Record<OpenAIProfile, ProfileSwitches>> = Object.freeze({
  generic: GENERIC,
  openai: { ...GENERIC, maxTokensField: 'max_completion_tokens', systemRole: 'developer' },
  // Takes `tool_choice` and does as it likes; a last request has no tools instead.
  ollama: { ...GENERIC, supports: { toolChoiceNone: false, strictSchemas: false, parallelToolCalls: false } },
  vllm: GENERIC,
  lmstudio: {
    ...GENERIC,
    supports: { toolChoiceNone: false, strictSchemas: false, parallelToolCalls: false },
    namedToolChoice: false,
  },
  gemini: { ...GENERIC, supports: { strictSchemas: false, parallelToolCalls: false } },
  deepseek: { ...GENERIC, supports: { strictSchemas: false, parallelToolCalls: false } },
});
