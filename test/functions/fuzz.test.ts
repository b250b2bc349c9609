import { expect } from 'chai';
import * as fc from 'fast-check';
import { convert, withoutNulls } from '../../src/functions/convert.js';

const RUNS = { seed: 20_261_121, numRuns: 2_000 };

const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null');
const types = fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 }));
const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString');

const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    types.map((each) => ({ type: each })),
    fc.record({ type: types, items: tie('schema') }),
    fc.record(
      { type: types, properties: fc.dictionary(name, tie('schema')), required: fc.array(name) },
      { requiredKeys: [] },
    ),
  ),
}));

/** What models write: values, and values as text. */
const { said } = fc.letrec((tie) => ({
  said: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('true', 'false', 'null', '0', '-0', '1e400', '0x10', '007', '12345678901234567890', '[', '{"a":'),
    fc.oneof(fc.double(), fc.integer()).map(String),
    tie('said').map((value) => JSON.stringify(value)),
    fc.array(tie('said'), { maxLength: 3 }),
    fc.dictionary(name, tie('said')),
  ),
}));

function matches(value: unknown, asked: string | readonly string[]): boolean {
  if (typeof asked !== 'string') return asked.some((each) => matches(value, each));
  if (asked === 'null') return value === null;
  if (asked === 'integer') return Number.isInteger(value);
  if (asked === 'array') return Array.isArray(value);
  if (asked === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === asked;
}

describe('convert, whatever a model says,', () => {
  it('never throws, changes nothing of what it is given, and has no more to do the second time', () => {
    fc.assert(
      fc.property(said, fc.oneof(schema, fc.jsonValue()), (value, asked) => {
        const before = JSON.stringify([value, asked]);
        const once = convert(value, asked);
        expect(JSON.stringify([value, asked])).to.equal(before);
        expect(JSON.stringify(convert(once, asked))).to.equal(JSON.stringify(once));
        withoutNulls(value, asked);
      }),
      RUNS,
    );
  });

  it('loses nothing: what it makes of a value is of the type asked for, and can be turned back', () => {
    fc.assert(
      fc.property(said, types, (value, asked) => {
        const converted = convert(value, { type: asked });
        if (JSON.stringify(converted) === JSON.stringify(value)) return;
        expect(matches(value, asked), 'a value of the right type is left alone').to.equal(false);
        expect(matches(converted, asked)).to.equal(true);
        if (typeof converted === 'string') expect(converted).to.equal(String(value));
        else if (typeof converted === 'object')
          expect(JSON.stringify(converted)).to.equal(JSON.stringify(JSON.parse(String(value))));
        else expect(String(converted)).to.equal(value);
      }),
      RUNS,
    );
  });

  it('survives values and schemas that are nested without end', () => {
    const depth = 100_000;
    const text = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const value of [text, JSON.parse(text) as unknown]) {
      const converted = convert({ a: value }, { type: 'object', properties: { a: { type: 'array' } } });
      expect(Object.keys(Object(converted))).to.deep.equal(['a']);
    }
  });
});
