const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A JSON value with what differs from run to run replaced by the name of its kind: `<time>`, `<guid>` and `<ms>`. */
export function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, name)]));
  }
  if (typeof value === 'number' && key.endsWith('Milliseconds')) return '<ms>';
  if (typeof value !== 'string') return value;
  return TIME.test(value) ? '<time>' : GUID.test(value) ? '<guid>' : value;
}
