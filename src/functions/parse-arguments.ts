import { messageOf } from '../errors.js';
import type { KernelArguments } from './invocation.js';
import { modelMessages } from './model-messages.js';

/** What a model wrote as arguments: an object, or what the model is told instead. */
export type ParsedArguments =
  | { readonly type: 'valid'; readonly arguments: KernelArguments }
  | { readonly type: 'invalid'; readonly text: string };

const LONGEST_ARGUMENTS = 1_048_576;

/** Reads the arguments of a call; none at all count as an empty object. `name` is the one that the model used. */
export function parseArguments(text: string, name: string): ParsedArguments {
  if (text.length > LONGEST_ARGUMENTS) {
    return { type: 'invalid', text: modelMessages.invalid(name, ['arguments: too long']) };
  }
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'null') return { type: 'valid', arguments: {} };
  try {
    return objectFrom(JSON.parse(trimmed), name);
  } catch (error) {
    return { type: 'invalid', text: modelMessages.json(name, messageOf(error)) };
  }
}

/** As `parseArguments`, for arguments that somebody else has parsed. */
export function objectFrom(value: unknown, name: string): ParsedArguments {
  if (isObject(value)) return { type: 'valid', arguments: value };
  const received = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return { type: 'invalid', text: modelMessages.shape(name, received) };
}

function isObject(value: unknown): value is KernelArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
