/** What a model is told where a function gave nothing back. */
export const NO_OUTPUT = '(no output)';

/**
 * The text that a model is given for a value: a string as it is, nothing as `(no output)`, an object with
 * `toModelString()` as that says, else JSON (BigInt as a string, Map and Set as arrays, binary as its size, an Error with
 * its name and message).
 *
 * @throws TypeError when the value cannot be written as JSON
 */
export function resultText(value: unknown): string {
  if (value === undefined || value === null || value === '') return NO_OUTPUT;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return objectText(value);
  }
}

/** A value as plain data, with the same replacements; undefined where JSON has nothing for it. Throws as `resultText`. */
export function plainData(value: unknown): unknown {
  const json: string | undefined = JSON.stringify(value, replaceUnusual);
  return json === undefined ? undefined : JSON.parse(json);
}

/** Cuts the middle out of a text that is longer than `limit` characters, and says how much is gone. */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = wholeCharacters(text.slice(0, Math.ceil(limit / 2)));
  const tail = text.slice(text.length - Math.floor(limit / 2)).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}\n[… ${text.length - head.length - tail.length} characters removed …]\n${tail}`;
}

function objectText(value: unknown): string {
  const own = modelString(value);
  if (own !== undefined) return own === '' ? NO_OUTPUT : own;
  const json: string | undefined = JSON.stringify(value, replaceUnusual);
  if (json === undefined) throw new TypeError(`A ${typeof value} cannot be converted to text.`);
  return json;
}

function modelString(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const method: unknown = Reflect.get(value, 'toModelString');
  return typeof method === 'function' ? String(Reflect.apply(method, value, [])) : undefined;
}

// `this[key]` is the value before its toJSON, which would turn a Buffer into an array of numbers.
function replaceUnusual(this: unknown, key: string, value: unknown): unknown {
  const original: unknown = Object(this)[key];
  if (typeof value === 'bigint') return value.toString();
  if (original instanceof Map || original instanceof Set) return [...original];
  if (value instanceof Error) return Object.assign({ name: value.name, message: value.message }, value);
  if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer) return `[binary ${original.byteLength} bytes]`;
  return value;
}

/** The beginning of a text without the half of a character that a cut left at its end. */
export function wholeCharacters(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
