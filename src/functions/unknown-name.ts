import { looksLikeName } from './names.js';

/**
 * The issue of a name that nobody declared.
 *
 * @param path where the object is that has it; nothing for the arguments themselves
 */
export function unknownName(name: string, path: readonly string[] = []): string {
  if (looksLikeName(name)) return `${[...path, name].join('.')}: is not a parameter`;
  return `${path.join('.') || 'arguments'}: has a name that is not a parameter's`;
}
