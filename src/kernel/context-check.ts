import { isRecord } from '../is-record.js';
import { kindOf } from '../kind-of.js';

/** @throws TypeError for what a prompt filter has set in the place of messages or settings */
export function checkPrompt({ messages, settings }: { readonly messages: unknown; readonly settings: unknown }): void {
  if (!Array.isArray(messages)) throw new TypeError(`it set \`messages\` to ${kindOf(messages)}, not to a list.`);
  const odd = messages.findIndex((message) => !isRecord(message));
  if (odd >= 0) {
    throw new TypeError(
      `it set \`messages\` to a list whose number ${odd} is ${kindOf(messages[odd])}, not a message.`,
    );
  }
  if (!isRecord(settings)) throw new TypeError(`it set \`settings\` to ${kindOf(settings)}, not to an object.`);
}

/** @throws TypeError for what a filter has set in the place of a function's arguments */
export function checkContextArguments({ arguments: args }: { readonly arguments: unknown }): void {
  if (!isRecord(args)) throw new TypeError(`it set \`arguments\` to ${kindOf(args)}, not to an object.`);
}
