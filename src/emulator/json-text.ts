/** A value as JSON. Undefined for what cannot be written so: a function, a bigint, a circle, or one whose `toJSON` throws. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
