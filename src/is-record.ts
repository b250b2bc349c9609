/** Whether a value is an object with properties by their names, not an array; an instance of a class is one too. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
