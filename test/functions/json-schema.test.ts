import { expect } from 'chai';
import { compileJsonSchema } from '../../src/functions/json-schema.js';

describe('compileJsonSchema', () => {
  for (const [what, schema, value, issues] of [
    ['a missing property', { type: 'object', required: ['a'] }, {}, ['a: is required']],
    ['a missing property below', { properties: { o: { required: ['a'] } } }, { o: {} }, ['o.a: is required']],
    ['a property too many', { properties: {}, additionalProperties: false }, { a: 1 }, ['a: is not a parameter']],
    [
      'a property too many below',
      { properties: { o: { additionalProperties: false } } },
      { o: { a: 1 } },
      ['o.a: is not a parameter'],
    ],
    ['a wrong type', { properties: { a: { type: 'number' } } }, { a: 'x' }, ['a: expected number, received string']],
    [
      'a wrong type of several',
      { properties: { a: { type: ['number', 'null'] } } },
      { a: 'x' },
      ['a: expected number or null, received string'],
    ],
    [
      'a wrong item',
      { properties: { a: { items: { type: 'number' } } } },
      { a: [1, 'x'] },
      ['a.1: expected number, received string'],
    ],
    [
      'a value that is not listed',
      { properties: { a: { enum: ['x', 1] } } },
      { a: 'y' },
      ['a: must be one of ["x",1]'],
    ],
    ['a wrong root', { type: 'object' }, [], ['arguments: expected object, received array']],
    [
      'a form that fits none',
      { properties: { a: { anyOf: [{ type: 'string' }, { type: 'number' }] } } },
      { a: [] },
      ['a: matches none of the allowed forms (expected string, received array; or expected number, received array)'],
    ],
    [
      'a form that fits none of those of objects',
      {
        properties: {
          a: {
            oneOf: [
              { properties: { kind: { const: 'circle' }, r: { type: 'number' } }, required: ['kind', 'r'] },
              { properties: { kind: { const: 'square' } }, required: ['kind', 'side'], additionalProperties: false },
            ],
          },
        },
      },
      { a: { kind: 'circle', r: '2' } },
      [
        'a: matches none of the allowed forms (r: expected number, received string; or side: is required, ' +
          'kind: value does not match "square", r: is not a parameter)',
      ],
    ],
    [
      'a form that fits none within one that fits none',
      {
        properties: { a: { anyOf: [{ items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, { const: 'all' }] } },
      },
      { a: [true] },
      [
        'a: matches none of the allowed forms (0: matches none of the allowed forms (expected string, received boolean; ' +
          'or expected null, received boolean); or value does not match "all")',
      ],
    ],
    [
      'a form that fits two, of which one may',
      { properties: { a: { oneOf: [{ type: 'number' }, { type: 'integer' }, { type: 'string' }] } } },
      { a: 5 },
      ['a: matches more than one of the allowed forms'],
    ],
    [
      'what is wrong beside a form that fits none',
      { anyOf: [{ required: ['a'] }, { required: ['b'] }], properties: { n: { type: 'number' } }, required: ['c'] },
      { n: 'x' },
      [
        'arguments: matches none of the allowed forms (a: is required; or b: is required)',
        'c: is required',
        'n: expected number, received string',
      ],
    ],
    [
      'a text that is too short',
      { properties: { a: { minLength: 2 } } },
      { a: 'x' },
      ['a: String is too short (1 < 2)'],
    ],
    [
      'a name with a slash',
      { properties: { 'a/b~c': { type: 'number' } } },
      { 'a/b~c': 'x' },
      ['a/b~c: expected number, received string'],
    ],
    ['two problems', { required: ['a', 'b'] }, {}, ['a: is required', 'b: is required']],
    ['nothing', { properties: { a: { type: 'number' } } }, { a: 1 }, []],
    ['nothing of what it says nothing about', {}, { a: 1 }, []],
  ] as const) {
    it(`words ${what}`, () => {
      expect(compileJsonSchema(schema)(value)).to.deep.equal(issues);
    });
  }

  it('words names that cannot stand in a URI', () => {
    const check = compileJsonSchema({ properties: {}, additionalProperties: false });
    expect(check({ '%': 1, '100%zz': 1 })).to.deep.equal(["arguments: has a name that is not a parameter's"]);
    const inner = compileJsonSchema({ properties: { 'a%': { properties: {}, additionalProperties: false } } });
    expect(inner({ 'a%': { '%': 1 } })).to.deep.equal(["a%: has a name that is not a parameter's"]);
    expect(check({ '\uD800': 1 })).to.have.lengthOf(1);
  });

  it('understands references, in draft-07 and 2020-12', () => {
    const definitions = { code: { type: 'string' } };
    const older = compileJsonSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions,
      properties: { a: { $ref: '#/definitions/code' } },
    });
    const newer = compileJsonSchema({ $defs: definitions, properties: { a: { $ref: '#/$defs/code' } } });
    for (const check of [older, newer]) {
      expect(check({ a: 1 })).to.deep.equal(['a: expected string, received number']);
      expect(check({ a: 'x' })).to.deep.equal([]);
    }
  });

  it('takes values for no part of the schema, also under keywords that it does not know', () => {
    const odd = { pattern: '*.csv', $ref: '#/nowhere' };
    const properties = { pattern: { type: 'string', example: odd, default: odd, examples: [odd] } };
    const check = compileJsonSchema({ properties, example: odd, 'x-sample': odd, const: { pattern: 'a' } });
    expect(check({ pattern: 'a' })).to.deep.equal([]);
  });

  it('refuses what cannot be used, wherever a value may lead it there', () => {
    for (const part of [{ pattern: '*' }, { patternProperties: { '*': true } }, { $ref: '#/nowhere' }])
      for (const schema of [
        { properties: { a: part } },
        { items: part },
        { dependencies: { a: part } },
        { if: {}, else: { anyOf: [part] } },
        { $defs: { unused: part } },
        { $ref: '#/components/a', components: { a: { not: part } } },
      ])
        expect(() => compileJsonSchema(schema)).to.throw(/Nothing to repeat|unknown \$ref "#\/nowhere"/);
  });

  it('leaves the schema as it is', () => {
    const schema = Object.freeze({
      type: 'object',
      properties: Object.freeze({ a: Object.freeze({ type: 'string' }) }),
    });
    compileJsonSchema(schema)({ a: 'x' });
    expect(schema).to.deep.equal({ type: 'object', properties: { a: { type: 'string' } } });
  });

  it('does not run out of stack on a value that is nested deeply', () => {
    const check = compileJsonSchema({
      $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } },
      $ref: '#/$defs/list',
    });
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(check(deep)).to.have.lengthOf(1);
  });
});
