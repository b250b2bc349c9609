import { expect } from 'chai';
import { allowsNull, convert, withoutNulls } from '../../src/functions/convert.js';

describe('convert', () => {
  for (const [value, type, expected] of [
    ['3', 'number', 3],
    ['-2.5', 'number', -2.5],
    ['1e+21', 'number', 1e21],
    ['3', 'integer', 3],
    ['0', 'integer', 0],
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    [3, 'string', '3'],
    [true, 'string', 'true'],
    ['[1,2]', 'array', [1, 2]],
    ['{"a":1}', 'object', { a: 1 }],
    ['5', ['integer', 'null'], 5],
    [5, ['string', 'null'], '5'],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(value)} where ${JSON.stringify(type)} is asked for`, () => {
      expect(convert(value, { type })).to.deep.equal(expected);
    });
  }

  for (const [value, type] of [
    ['', 'number'],
    [' 3', 'number'],
    ['3.0', 'integer'],
    ['3.5', 'integer'],
    ['0x10', 'number'],
    ['1e400', 'number'],
    ['NaN', 'number'],
    ['Infinity', 'number'],
    ['007', 'integer'],
    ['12345678901234567890', 'integer'],
    ['-0', 'integer'],
    [true, 'number'],
    [3.5, 'integer'],
    ['True', 'boolean'],
    ['1', 'boolean'],
    [1, 'boolean'],
    [0, 'boolean'],
    ['', 'boolean'],
    [null, 'string'],
    [[1], 'string'],
    [{ a: 1 }, 'string'],
    ['[1', 'array'],
    ['{"a":1}', 'array'],
    ['[1]', 'object'],
    ['null', 'object'],
    [1, 'array'],
    ['null', 'null'],
  ] as const) {
    it(`leaves ${JSON.stringify(value)} alone where ${JSON.stringify(type)} is asked for`, () => {
      expect(convert(value, { type })).to.deep.equal(value);
    });
  }

  it('takes 3.0 for an integer', () => {
    expect(convert(JSON.parse('3.0'), { type: 'integer' })).to.equal(3);
  });

  it('converts in lists and in objects, however deep', () => {
    const schema = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } } },
    };
    expect(convert({ list: '[{"n":"1"},{"n":2}]', other: '3' }, schema)).to.deep.equal({
      list: [{ n: 1 }, { n: 2 }],
      other: '3',
    });
  });

  it('takes null for an optional property that may not be null as absent, and keeps any other', () => {
    const schema = {
      type: 'object',
      properties: {
        optional: { type: 'string' },
        required: { type: 'string' },
        nullable: { type: ['string', 'null'] },
        listed: { enum: ['a', null] },
        open: {},
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      },
      required: ['required'],
    };
    const nulls = {
      optional: null,
      required: null,
      nullable: null,
      listed: null,
      open: null,
      either: null,
      unknown: null,
    };
    const kept = { required: null, nullable: null, listed: null, open: null, unknown: null };
    expect(convert(nulls, schema)).to.deep.equal(kept);
    expect(withoutNulls({ ...nulls, optional: '3' }, schema)).to.deep.equal({ ...kept, optional: '3' });
  });

  it('takes null for absent behind references and in alternatives, and converts behind references', () => {
    const node = {
      type: 'object',
      properties: { size: { type: 'number' }, next: { $ref: '#/$defs/a~1node' }, none: { type: ['string', 'null'] } },
      required: ['size'],
    };
    const schema = {
      type: 'object',
      properties: {
        first: { $ref: '#/$defs/a~1node' },
        list: { anyOf: [{ type: 'array', items: { $ref: '#/$defs/a~1node' } }, { type: 'null' }] },
        other: { oneOf: [{ properties: { size: { type: 'number' } } }, { type: 'string' }] },
        again: { $ref: '#/properties/first' },
      },
      anyOf: [{ required: ['first'] }, { required: ['list'] }],
      $defs: { 'a/node': node },
    };
    const given = {
      first: { size: '1', next: { size: '2', next: null, none: null }, none: null },
      list: [{ size: 3, next: null }],
      other: { size: '4', more: null },
      again: null,
    };
    expect(convert(given, schema)).to.deep.equal({
      first: { size: 1, next: { size: 2, none: null }, none: null },
      list: [{ size: 3 }],
      other: { size: '4', more: null },
    });
    const { first } = withoutNulls({ ...given, other: { size: null }, list: null }, schema) as typeof given;
    expect(first).to.deep.equal({ size: '1', next: { size: '2', none: null }, none: null });
    expect(withoutNulls({ other: { size: null }, list: null }, schema)).to.deep.equal({ other: {}, list: null });
  });

  it('keeps null that some part of a combination requires or takes', () => {
    const properties = { a: { type: 'string' } };
    for (const part of [{ properties, required: ['a'] }, { properties: { a: {} } }]) {
      expect(convert({ a: null }, { allOf: [{ properties }, part] })).to.deep.equal({ a: null });
    }
  });

  it('gives a value back that is nested too deeply for a schema that refers to itself', () => {
    const schema = { type: 'object', properties: { next: { $ref: '#' } } };
    const value: unknown = JSON.parse(`${'{"next":'.repeat(100_000)}{}${'}'.repeat(100_000)}`);
    expect(convert(value, schema)).to.equal(value);
    expect(withoutNulls(value, schema)).to.equal(value);
  });

  it('takes undefined in an object for absent', () => {
    expect(convert({ a: undefined, b: 1 }, { type: 'object' })).to.have.all.keys('b');
  });

  it('keeps names of prototypes as ordinary names', () => {
    const value = JSON.parse('{"__proto__":{"x":"1"},"constructor":"2","toString":null}') as object;
    const schema = {
      type: 'object',
      properties: JSON.parse('{"__proto__":{"type":"object","properties":{"x":{"type":"number"}}}}') as object,
    };
    const converted = convert(value, schema) as object;
    expect(JSON.stringify(converted)).to.equal('{"__proto__":{"x":1},"constructor":"2","toString":null}');
    expect(Object.getPrototypeOf(converted)).to.equal(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  it('changes nothing of what it is given', () => {
    const value = Object.freeze({ list: Object.freeze(['1']), nothing: null });
    const schema = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'number' } }, nothing: { type: 'string' } },
    };
    expect(convert(value, schema)).to.deep.equal({ list: [1] });
  });

  it('lets instances of classes pass as they are', () => {
    for (const value of [new Date(), new Map(), new Uint8Array(2), new URL('http://localhost')]) {
      expect(convert(value, { type: 'object' })).to.equal(value);
      expect(convert({ value }, { type: 'object', properties: { value: {} } })).to.have.property('value', value);
    }
  });
});

describe('allowsNull', () => {
  for (const [schema, expected] of [
    [{}, true],
    [true, true],
    [{ type: 'null' }, true],
    [{ type: 'string' }, false],
    [{ type: ['string', 'null'] }, true],
    [{ const: 1 }, false],
    [{ enum: [1, null] }, true],
    [{ enum: [1] }, false],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, true],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, false],
  ] as const) {
    it(`says ${expected} for ${JSON.stringify(schema)}`, () => {
      expect(allowsNull(schema)).to.equal(expected);
    });
  }
});
