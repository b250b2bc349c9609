import { kindOf } from './kind-of.js';
import { isRecord } from './is-record.js';

/**
 * What is wrong with options as a whole, if anything is: they are no object, or one has a name that none of them has. What is
 * misspelt would otherwise be ignored, and what it was to forbid would be allowed.
 *
 * @param owner what the options are for, to begin the message with
 */
export function optionsProblem(owner: string, given: unknown, known: readonly string[]): string | undefined {
  if (!isRecord(given)) {
    return `${owner} takes its options as an object, not ${kindOf(given)}.`;
  }
  const unknown = Object.entries(given).filter(([name, value]) => value !== undefined && !known.includes(name));
  if (unknown.length === 0) return undefined;
  return `${owner} has no option ${list(unknown.map(([name]) => name))}. There are: ${list(known)}.`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
