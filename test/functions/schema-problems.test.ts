import { expect } from 'chai';
import { schemaProblems } from '../../src/functions/schema-problems.js';

const TYPES = '"string", "number", "integer", "boolean", "array", "object", "null"';

describe('schemaProblems', () => {
  for (const schema of [
    true,
    false,
    {},
    { type: ['string', 'null'] },
    { type: 'object', properties: { a: true, b: { type: 'array', items: [{ type: 'string' }, false] } } },
    { type: 'object', required: ['a'], additionalProperties: false, patternProperties: { '^x': { type: 'integer' } } },
    { anyOf: [{ type: 'null' }, { $ref: '#/$defs/a' }], $defs: { a: { enum: ['x', 1, null] } } },
    {
      default: { type: 'strng' },
      const: { type: 'x' },
      examples: [{ type: 'x' }],
      enum: [{ type: 'x' }],
      'x-hint': { type: 'x' },
    },
    { properties: { type: { type: 'string' }, required: { type: 'boolean' }, enum: { type: 'array' } } },
    { type: 'string', required: true },
  ]) {
    it(`finds nothing in ${JSON.stringify(schema)}`, () => {
      expect(schemaProblems(schema)).to.deep.equal([]);
    });
  }

  const cases: readonly (readonly [unknown, string])[] = [
    [null, "it is null where a schema is needed, such as { type: 'string' }"],
    [[], "it is an array where a schema is needed, such as { type: 'string' }"],
    [{ type: 'strng' }, `type is "strng", and has to be one of ${TYPES}`],
    [{ type: String }, `type is a function, and has to be one of ${TYPES}`],
    [{ type: ['string', 'nul', 5] }, `type is "nul", a number, and has to be one of ${TYPES}`],
    [{ enum: 'red' }, 'enum is "red" where a list of values is needed'],
    [{ required: 'a' }, 'required is "a" where a list of names is needed'],
    [{ required: [1] }, 'required is an array where a list of names is needed'],
    [{ type: 'object', required: true }, 'required is a boolean where a list of names is needed'],
    [{ properties: ['a'] }, 'properties is an array where an object of schemas is needed'],
    [
      { properties: { a: 'string' } },
      'properties.a is "string" where a schema is needed, such as { type: \'string\' }',
    ],
    [{ anyOf: { type: 'string' } }, 'anyOf is an object where a list of schemas is needed'],
    [{ anyOf: [{}, { type: 'date' }] }, `anyOf.1.type is "date", and has to be one of ${TYPES}`],
    [{ items: { type: 'int' } }, `items.type is "int", and has to be one of ${TYPES}`],
    [{ items: [{ type: 'int' }] }, `items.0.type is "int", and has to be one of ${TYPES}`],
    [{ items: 'string' }, 'items is "string" where a schema is needed, such as { type: \'string\' }'],
    [
      { additionalProperties: { not: { type: 'x' } } },
      `additionalProperties.not.type is "x", and has to be one of ${TYPES}`,
    ],
    [
      { $defs: { a: { prefixItems: [{ type: 'x' }] } } },
      `$defs.a.prefixItems.0.type is "x", and has to be one of ${TYPES}`,
    ],
  ];
  for (const [schema, problem] of cases) {
    it(`finds that ${problem}`, () => {
      expect(schemaProblems(schema)).to.deep.equal([problem]);
    });
  }

  it('finds everything', () => {
    expect(schemaProblems({ properties: { a: { type: 'x' }, b: { type: 'y' } }, type: 'z' })).to.have.length(3);
  });
});
