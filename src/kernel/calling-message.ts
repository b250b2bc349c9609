import type { AssistantMessage } from '../chat/chat-service.js';
import type { ToolCall } from '../functions/invocation.js';
import type { AdvertisedFunctions } from './advertised-functions.js';

/** A message that has calls. */
export type CallingMessage = AssistantMessage & { readonly toolCalls: readonly ToolCall[] };

/** Whether a message has calls; what an answer is made into before has no empty list of them. */
export function hasCalls(message: AssistantMessage): message is CallingMessage {
  return message.toolCalls !== undefined;
}

/** The message with its calls under the names that the model should have used; the same, where it used them. */
export function canonicalMessage(message: CallingMessage, advertised: AdvertisedFunctions): CallingMessage {
  const toolCalls = message.toolCalls.map((call) => canonicalCall(call, advertised));
  return toolCalls.every((call, index) => call === message.toolCalls[index]) ? message : { ...message, toolCalls };
}

/** The call under the name that the model should have used. */
export function canonicalCall(call: ToolCall, advertised: AdvertisedFunctions): ToolCall {
  const target = advertised.resolve(call.name);
  return target === undefined || target.wireName === call.name ? call : { ...call, name: target.wireName };
}
