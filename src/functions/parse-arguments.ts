import { messageOf } from '../errors.js';
import type { KernelArguments } from './invocation.js';
import { modelMessages } from './model-messages.js';
import { isRecord } from '../is-record.js';

const LONGEST_ARGUMENTS = 1_048_576;

/** What a model wrote as the arguments of a call, read; else what to tell it. */
export type ParsedArguments =
  | { readonly type: 'valid'; readonly arguments: KernelArguments }
  | {
      readonly type: 'invalid';
      readonly text: string;
      /** The same without what it quotes of the arguments, for those who may log it. @default the text */
      readonly loggable?: string;
    };

/** Reads the text of arguments; `wireName` is the function's name for the model. Nothing, and `null`, are no arguments. */
export function parseArguments(text: string, wireName: string): ParsedArguments {
  if (text.length > LONGEST_ARGUMENTS) {
    return { type: 'invalid', text: modelMessages.invalid(wireName, ['arguments: too long']) };
  }
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'null') return { type: 'valid', arguments: {} };
  try {
    return argumentsFrom(JSON.parse(trimmed), wireName);
  } catch (error) {
    const text = modelMessages.json(wireName, messageOf(error));
    return { type: 'invalid', text, loggable: modelMessages.json(wireName) };
  }
}

/** Takes a value for arguments if it is an object. */
export function argumentsFrom(value: unknown, wireName: string): ParsedArguments {
  if (isRecord(value)) return { type: 'valid', arguments: value };
  const received = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return { type: 'invalid', text: modelMessages.shape(wireName, received) };
}
