import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { convert } from '../../src/functions/convert.js';
import type { JsonSchema } from '../../src/functions/invocation.js';
import { plainFit } from '../../src/functions/plain-fit.js';

const FLAT = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  description: 'A flat object.',
  properties: {
    text: { type: 'string', title: 'Text' },
    many: { type: 'integer', default: 1 },
    share: { type: 'number' },
    sure: { type: 'boolean' },
    list: { type: 'array' },
    colour: { type: 'string', enum: ['red'] },
    either: { type: ['string', 'null'] },
  },
  required: ['text'],
};

describe('plainFit', () => {
  for (const [what, schema, value] of [
    ['a string', { type: 'string', description: 'Any.' }, ''],
    ['a boolean', { type: 'boolean' }, false],
    ['a number', { type: 'number' }, -0.5],
    ['a whole number', { type: 'integer' }, 3],
    ['an object of them', FLAT, { text: 'a', many: 2, share: 0.5, sure: true }],
    ['an object without what is optional', FLAT, { text: 'a' }],
    ['an object that is closed', { ...FLAT, additionalProperties: false }, { text: 'a' }],
    ['an object that is open', { ...FLAT, additionalProperties: true }, { text: 'a' }],
    ['an empty object', { type: 'object', properties: {} }, {}],
  ] as [string, JsonSchema, unknown][]) {
    it(`knows ${what}`, () => {
      expect(plainFit(schema)(value)).to.equal(true);
    });
  }

  for (const [what, schema, value] of [
    ['a value of another type', { type: 'string' }, 3],
    ['a number with a fraction', { type: 'integer' }, 0.5],
    ['what is no number', { type: 'number' }, Number.NaN],
    ['a string with a pattern', { type: 'string', pattern: '^a' }, 'a'],
    ['one of several types', { type: ['string', 'null'] }, 'a'],
    ['an object without what is required', FLAT, { many: 1 }],
    ['an object that only inherits it', FLAT, Object.create({ text: 'a' })],
    ['a property of another type', FLAT, { text: 'a', many: '2' }],
    ['a property that is null', FLAT, { text: 'a', many: null }],
    ['a property without a value', FLAT, { text: 'a', many: undefined }],
    ['a property that nobody declared', FLAT, { text: 'a', other: 1 }],
    ['a property that is inherited', FLAT, { text: 'a', toString: 'a' }],
    ['a list', FLAT, { text: 'a', list: [] }],
    ['a property with an enum', FLAT, { text: 'a', colour: 'red' }],
    ['a property of one of several types', FLAT, { text: 'a', either: 'a' }],
    ['an object with other keywords', { ...FLAT, minProperties: 2 }, { text: 'a' }],
    ['an object with a schema for further properties', { ...FLAT, additionalProperties: {} }, { text: 'a' }],
    ['an object without a type', { properties: {} }, {}],
    ['an object of which nothing is said', { type: 'object' }, {}],
    ['properties that are none', { type: 'object', properties: [] }, {}],
    ['a list of required names that is none', { ...FLAT, required: 'text' }, { text: 'a' }],
    ['an array', FLAT, []],
    ['nothing', FLAT, null],
  ] as [string, JsonSchema, unknown][]) {
    it(`leaves ${what} to the validator`, () => {
      expect(plainFit(schema)(value)).to.equal(false);
    });
  }

  it('says yes only to what the validator lets through and nothing is to be converted in', () => {
    const type = fc.constantFrom('string', 'integer', 'number', 'boolean');
    const scalar = fc.oneof(
      { arbitrary: fc.record({ type }), weight: 9 },
      fc.record({ type, enum: fc.constant(['a']) }),
      fc.record({ type, minimum: fc.integer() }),
    );
    const name = fc.constantFrom('a', 'b', 'constructor', '__proto__');
    const properties = fc.dictionary(name, scalar);
    const asked = fc.oneof(
      fc.record({ type: fc.constant('object'), properties }),
      fc.record({ type: fc.constant('object'), properties, required: fc.uniqueArray(name) }),
      fc.record({ type: fc.constant('object'), properties, additionalProperties: fc.oneof(fc.boolean(), scalar) }),
      fc.record({ type: fc.constantFrom('object', 'string'), properties, maxProperties: fc.nat(2) }),
    );
    const value = fc.oneof(fc.string(), fc.integer({ min: -2, max: 2 }), fc.double(), fc.boolean(), fc.constant(null));
    const fitting = { string: fc.string(), integer: fc.integer(), number: fc.double(), boolean: fc.boolean() };
    const valueFor = (schema: { readonly type: keyof typeof fitting }): fc.Arbitrary<unknown> =>
      fc.oneof({ arbitrary: fitting[schema.type], weight: 9 }, value);
    const pairs = fc.oneof(
      scalar.chain((schema) => fc.tuple(fc.constant(schema), valueFor(schema))),
      asked.chain((schema) => {
        const values = Object.entries(schema.properties).map(([key, property]) => [key, valueFor(property)] as const);
        const given = fc.tuple(...values.map(([, each]) => each));
        const keys = values.map(([key]) => key);
        const whole = given.map((each) => Object.fromEntries(each.map((one, index) => [keys[index], one])));
        return fc.tuple(fc.constant(schema), fc.oneof(whole, fc.dictionary(name, value)));
      }),
    );
    let known = 0;
    fc.assert(
      fc.property(pairs, ([schema, given]) => {
        if (!plainFit(schema)(given)) return;
        known += 1;
        expect(new Validator(structuredClone(schema) as Schema).validate(given).valid).to.equal(true);
        expect(convert(given, schema)).to.deep.equal(given);
      }),
      { seed: 20_261_122, numRuns: 5_000 },
    );
    expect(known).to.be.greaterThan(200);
  });
});
