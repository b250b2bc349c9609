// Objects of the language that no global name leads to.
const HIDDEN_INTRINSICS: readonly unknown[] = [
  [][Symbol.iterator](),
  ''[Symbol.iterator](),
  new Map()[Symbol.iterator](),
  new Set()[Symbol.iterator](),
  'x'.matchAll(/x/g),
  function* () {},
  async () => {},
  async function* () {},
  Uint8Array,
];

/**
 * Freezes what the language itself is made of, so that Python cannot put its own functions under ours. Two exceptions,
 * without which Pyodide breaks: `Object.prototype` is only closed to new names, and `Error` stays open for
 * `stackTraceLimit`.
 */
export function freezeIntrinsics(): void {
  const seen = new Set<object>([globalThis]);
  for (const name of Object.getOwnPropertyNames(globalThis)) freezeDeep(Reflect.get(globalThis, name), seen);
  for (const intrinsic of HIDDEN_INTRINSICS) freezeDeep(intrinsic, seen);
}

function freezeDeep(value: unknown, seen: Set<object>): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  freezeDeep(Object.getPrototypeOf(value), seen);
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    freezeDeep(property?.value, seen);
    freezeDeep(property?.get, seen);
    freezeDeep(property?.set, seen);
  }
  close(value);
}

function close(value: object): void {
  if (value === Object.prototype) Object.preventExtensions(value);
  else if (value === Error) freezeAllBut(value, 'stackTraceLimit');
  else if (!ArrayBuffer.isView(value)) Object.freeze(value);
}

function freezeAllBut(value: object, name: string): void {
  for (const key of Reflect.ownKeys(value)) {
    if (key !== name) Object.defineProperty(value, key, { configurable: false, ...readOnly(value, key) });
  }
}

function readOnly(value: object, key: PropertyKey): PropertyDescriptor {
  const property = Object.getOwnPropertyDescriptor(value, key);
  return property && 'value' in property ? { writable: false } : {};
}
