/** Gives a value words for the model, which the kernel asks for by `toModelString()`. To everybody else it is the same value. */
export function sayToModel<Value extends object>(value: Value, say: () => string): Value {
  return Object.defineProperty(value, 'toModelString', { value: say, enumerable: false, configurable: true });
}
