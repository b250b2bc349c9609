import { expect } from 'chai';
import { mapSubschemas, subschemasOf } from '../../src/functions/subschemas.js';

const A = { type: 'object' };

describe('mapSubschemas', () => {
  it('replaces the schemas that stand directly in a schema', () => {
    const schema = {
      type: 'array',
      items: A,
      prefixItems: [A, true],
      additionalProperties: false,
      anyOf: [A],
      not: A,
      properties: { default: A, enum: A, never: false },
      dependencies: { a: ['b'], c: A },
    };
    expect(mapSubschemas(schema, () => 'mapped')).to.deep.equal({
      type: 'array',
      items: 'mapped',
      prefixItems: ['mapped', true],
      additionalProperties: false,
      anyOf: ['mapped'],
      not: 'mapped',
      properties: { default: 'mapped', enum: 'mapped', never: false },
      dependencies: { a: ['b'], c: 'mapped' },
    });
    expect(schema.items).to.equal(A);
  });

  it('leaves values alone that look like schemas', () => {
    const schema = { enum: [A], const: A, default: A, examples: [A], example: A, required: ['a'] };
    expect(mapSubschemas(schema, () => 'mapped')).to.deep.equal(schema);
    expect(subschemasOf(schema)).to.deep.equal([]);
  });
});
