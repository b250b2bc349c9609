import { expect } from 'chai';
import { checkArguments } from '../../src/functions/arguments.js';
import { definitionOf } from '../../src/functions/definition.js';
import type { FunctionInput } from '../../src/functions/definition.js';
import { pluginFromObject } from '../../src/functions/plugin-from-object.js';
import { defineFunction } from '../../src/index.js';
import type { JsonSchema, ParameterSpec } from '../../src/index.js';
import { closed } from '../helpers/a-kernel.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';
import { thrownBy } from '../helpers/thrown-by.js';

function positional(parameters: Record<string, ParameterSpec>): FunctionInput {
  const plugin = pluginFromObject(positionalPlugin(parameters, () => ''));
  return definitionOf(plugin.get('run')).input;
}

function object(input: JsonSchema): FunctionInput {
  return definitionOf(defineFunction({ name: 'run', input }, () => '')).input;
}

describe('checkArguments with parameters', () => {
  const input = positional({
    code: { type: 'string' },
    limit: { type: 'integer', default: 10 },
    note: { type: 'string', required: false },
    user: { type: 'string', hidden: true, required: false },
  });

  it('applies defaults and leaves out what is optional', async () => {
    expect(await checkArguments(input, { caller: {}, model: { code: 'x' } })).to.deep.equal({
      type: 'valid',
      arguments: { code: 'x', limit: 10 },
    });
  });

  it('gives each call a default of its own', async () => {
    const withList = positional({ list: { type: 'array', default: [1] } });
    const [one, two] = await Promise.all([0, 1].map(() => checkArguments(withList, { caller: {} })));
    expect(one).to.deep.equal(two);
    expect(one)
      .to.have.property('arguments')
      .that.does.not.equal(Reflect.get(two ?? {}, 'arguments'));
    expect(Reflect.get(Reflect.get(one ?? {}, 'arguments') as object, 'list')).not.to.equal(
      Reflect.get(Reflect.get(two ?? {}, 'arguments') as object, 'list'),
    );
  });

  it("takes the model's arguments before the caller's, and hidden ones from the caller only", async () => {
    const given = {
      caller: { code: 'caller', limit: 1, user: 'alice', context: 'of others' },
      model: { code: 'model' },
    };
    expect(await checkArguments(input, given)).to.deep.equal({
      type: 'valid',
      arguments: { code: 'model', limit: 1, user: 'alice' },
    });
    const forged = { caller: { user: 'alice' }, model: { code: 'x', user: 'eve' } };
    expect(await checkArguments(input, forged)).to.deep.equal({
      type: 'invalid',
      issues: ['user: is not a parameter'],
    });
  });

  it('lists everything that is wrong', async () => {
    const model = { limit: '2.5', note: [1], more: 1, ['__proto__x']: 1 };
    expect(await checkArguments(input, { caller: {}, model })).to.deep.equal({
      type: 'invalid',
      issues: [
        'more: is not a parameter',
        '__proto__x: is not a parameter',
        'code: is required',
        'limit: expected integer, received string',
        'note: expected string, received array',
      ],
    });
  });

  it('refuses names of prototypes like any other name', async () => {
    const model = JSON.parse('{"code":"x","__proto__":1,"constructor":2}') as Record<string, unknown>;
    expect(await checkArguments(input, { caller: {}, model })).to.deep.equal({
      type: 'invalid',
      issues: ['__proto__: is not a parameter', 'constructor: is not a parameter'],
    });
  });

  it('takes no argument from a prototype', async () => {
    const inherited = positional({
      valueOf: { type: 'string', required: false } as ParameterSpec,
      code: { type: 'string' },
    });
    const model = Object.create({ code: 'inherited' }) as Record<string, unknown>;
    expect(await checkArguments(inherited, { caller: {}, model })).to.deep.equal({
      type: 'invalid',
      issues: ['code: is required'],
    });
  });

  it('shows the references of a parameter as they lead from the whole, and checks them as they are written', async () => {
    const schema = {
      type: 'object',
      properties: { size: { type: 'number' }, next: { $ref: '#/$defs/node' }, $ref: { enum: ['#'] } },
      $defs: { node: { type: 'object', properties: { again: { $ref: '#' } } } },
    };
    const plugin = pluginFromObject(positionalPlugin({ tree: { schema }, size: { type: 'number' } }, () => ''));
    const { metadata } = plugin.get('run');
    expect(metadata.parameters)
      .to.have.nested.property('properties.tree')
      .that.deep.equals({
        type: 'object',
        properties: {
          size: { type: 'number' },
          next: { $ref: '#/properties/tree/$defs/node' },
          $ref: { enum: ['#'] },
        },
        $defs: { node: { type: 'object', properties: { again: { $ref: '#/properties/tree' } } } },
      });
    const { input } = definitionOf(plugin.get('run'));
    const shown = object(metadata.parameters);
    for (const [again, type] of [
      [{ size: 1 }, 'valid'],
      [{ size: 'x' }, 'invalid'],
    ] as const) {
      const model = { tree: { next: { again } }, size: 1 };
      expect(await checkArguments(input, { caller: {}, model })).to.include({ type });
      expect(await checkArguments(shown, { caller: {}, model })).to.include({ type });
    }
  });

  it('says where in a parameter the problem is', async () => {
    const nested = positional({
      filter: {
        schema: {
          type: 'object',
          properties: { tags: { type: 'array', items: { type: 'string' } } },
          required: ['tags'],
        },
      },
      order: { type: 'string', enum: ['asc', 'desc'] },
    });
    const wrong = await checkArguments(nested, { caller: {}, model: { filter: { tags: ['a', {}] }, order: 'up' } });
    expect(wrong).to.deep.equal({
      type: 'invalid',
      issues: ['filter.tags.1: expected string, received object', 'order: must be one of ["asc","desc"]'],
    });
    const missing = await checkArguments(nested, { caller: {}, model: { filter: {}, order: 'asc' } });
    expect(missing).to.deep.equal({ type: 'invalid', issues: ['filter.tags: is required'] });
  });

  it('blames the application for a hidden parameter that it leaves out or gets wrong', async () => {
    const hidden = positional({ user: { type: 'integer', hidden: true } });
    expect(await checkArguments(hidden, { caller: {}, model: {} })).to.deep.equal({
      type: 'misconfigured',
      issues: ['user: is required'],
    });
    expect(await checkArguments(hidden, { caller: { user: 'x' }, model: {} })).to.deep.equal({
      type: 'misconfigured',
      issues: ['user: expected integer, received string'],
    });
    // Called by hand, it is an argument like any other.
    expect(await checkArguments(hidden, { caller: { user: 'x' } })).to.include({ type: 'invalid' });
  });
});

describe('checkArguments with a JSON Schema', () => {
  it('drops what an open schema does not name, unless it invites more', async () => {
    const properties = { code: { type: 'string' } };
    const model = { code: 'x', more: 1 };
    for (const [schema, expected] of [
      [{ type: 'object', properties }, { code: 'x' }],
      [
        { type: 'object', properties, additionalProperties: true },
        { code: 'x', more: 1 },
      ],
      [
        { type: 'object', properties, patternProperties: { '^m': {} } },
        { code: 'x', more: 1 },
      ],
      [{ type: 'object' }, { code: 'x', more: 1 }],
    ] as const) {
      expect(await checkArguments(object(schema), { caller: {}, model })).to.deep.equal({
        type: 'valid',
        arguments: expected,
      });
    }
  });

  for (const [what, rest] of [
    ['a part that belongs to it', { allOf: [{ properties: { size: { type: 'number' } }, required: ['size'] }] }],
    ['an alternative', { anyOf: [{ properties: { size: { type: 'number' } } }, { required: ['none'] }] }],
    ['a condition', { if: { required: ['none'] }, else: { properties: { size: {} }, required: ['size'] } }],
    ['what another property asks for', { dependentSchemas: { a: { properties: { size: {} } } } }],
    ['a reference', { $ref: '#/$defs/sized', $defs: { sized: { properties: { size: {} }, required: ['size'] } } }],
    ['a place with a name', { $ref: '#sized', $defs: { sized: { $anchor: 'sized', properties: { size: {} } } } }],
  ] as const) {
    it(`takes what the schema names in ${what}, from the model and from the caller`, async () => {
      const input = object({ type: 'object', properties: { a: { type: 'string' } }, ...rest });
      const expected = { type: 'valid', arguments: { a: 'x', size: 3 } };
      expect(await checkArguments(input, { caller: {}, model: { a: 'x', size: 3 } })).to.deep.equal(expected);
      if (what === 'a place with a name') return;
      expect(await checkArguments(input, { caller: { size: 3, b: 1 }, model: { a: 'x' } })).to.deep.equal(expected);
      expect(await checkArguments(input, { caller: {}, model: { a: 'x', size: 3, b: 1 } })).to.deep.equal(expected);
    });
  }

  it('says of what a schema closes after its parts that it is no parameter', async () => {
    const input = object({ type: 'object', properties: { a: {} }, allOf: [{}], unevaluatedProperties: false });
    expect(await checkArguments(input, { caller: {}, model: { a: 'x', b: 1 } })).to.deep.equal({
      type: 'invalid',
      issues: ['b: is not a parameter'],
    });
  });

  it("fills in from the caller only what the schema names, for a model's call", async () => {
    const schema = closed({ code: { type: 'string' }, n: { type: 'number' } });
    const given = { caller: { n: '5', context: 'of others' }, model: { code: 'x' } };
    expect(await checkArguments(object(schema), given)).to.deep.equal({
      type: 'valid',
      arguments: { code: 'x', n: 5 },
    });
    expect(await checkArguments(object(schema), { caller: given.caller })).to.deep.equal({
      type: 'invalid',
      issues: ['context: is not a parameter'],
    });
  });

  it('takes undefined for absent', async () => {
    const input = object(closed({ n: { type: 'number' } }));
    expect(await checkArguments(input, { caller: { n: undefined } })).to.deep.equal({ type: 'valid', arguments: {} });
  });
});

describe('the declaration of arguments', () => {
  for (const [what, parameters, problem] of [
    ['a name that begins with a digit', { '1st': {} }, 'parameter "1st"'],
    ['a name with a dot', { 'a.b': {} }, 'parameter "a.b"'],
    ['a default of what is required', { a: { required: true, default: 1 } }, 'is required and has a default'],
    ['a schema that is no plain data', { a: { schema: { type: () => 1 } } }, 'not plain data'],
    ['a schema with an unknown $ref', { a: { schema: { $ref: '#/nowhere' } } }, 'cannot be used'],
    [
      'a schema with an unknown $ref below',
      { a: { schema: { type: 'array', items: { $ref: '#/$defs/a' } } } },
      'unknown $ref "#/$defs/a"',
    ],
    ['a parameter that is not described', { a: null }, 'parameter "a": is described by an object'],
    ['a type in place of a parameter', { a: 'string' }, 'parameter "a": is described by an object'],
    [
      'a list in place of parameters',
      ['a'],
      '`parameters` must be an object of parameters by their names, not an array',
    ],
    ['a field that there is none of', { a: { type: 'string', hiden: true } }, 'parameter "a": has no field `hiden`'],
    ['a text for true and false', { a: { type: 'string', hidden: 'true' } }, 'parameter "a": `hidden` must be true'],
    ['a description that is no text', { a: { type: 'string', description: 5 } }, '`description` must be a text'],
    ['an unknown type', { a: { type: 'strng' } }, 'parameter "a": type is "strng", and has to be one of "string", '],
    ['an unknown type below', { a: { type: 'array', items: { type: 'int' } } }, 'parameter "a": items.type is "int"'],
    ['a list of values that is none', { a: { enum: 'red' } }, 'parameter "a": enum is "red" where a list'],
    [
      'a default of another type',
      { n: { type: 'integer', default: 'abc' } },
      'parameter "n": its default does not fit its schema (expected integer, received string)',
    ],
    ['a default that is null', { n: { type: 'string', default: null } }, 'parameter "n": its default does not fit'],
    [
      'a default that is none of the values',
      { n: { enum: ['red', 'blue'], default: 'green' } },
      'parameter "n": its default does not fit its schema (must be one of',
    ],
    [
      'a default that does not fit below',
      { n: { schema: { type: 'object', properties: { a: { type: 'number' } } }, default: { a: 'x' } } },
      '(a: expected number, received string)',
    ],
    [
      'a default that is no plain data',
      { n: { schema: {}, hidden: true, default: () => 1 } },
      'parameter "n": its default is not plain data',
    ],
    ['a pattern that is none', { a: { schema: { type: 'string', pattern: '(' } } }, 'cannot be used'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = thrownBy(() => positional(parameters as never));
      expect(error).to.include({ code: 'invalid_metadata' }).and.have.property('message').that.contains(problem);
    });
  }

  for (const [what, options, problem] of [
    ['an input that is null', { input: null }, '`input`: it is null where a schema is needed'],
    ['an input that is a text', { input: 'object' }, '`input`: it is "object" where a schema is needed'],
    [
      'an unknown type in the input',
      { input: { type: 'object', properties: { a: { type: ['string', 'nul'] } } } },
      '`input`: properties.a.type is "nul"',
    ],
    [
      'a type in place of a property',
      { input: { type: 'object', properties: { a: 'string' } } },
      '`input`: properties.a is "string" where a schema is needed, such as { type: \'string\' }',
    ],
    ['an option that there is none of', { input: { type: 'object' }, modelVisable: false }, 'no option `modelVisable`'],
    ['a text for true and false', { input: { type: 'object' }, modelVisible: 'false' }, '`modelVisible` must be true'],
    ['a description that is no text', { input: { type: 'object' }, description: 5 }, '`description` must be a text'],
    ['an input that is no object', { input: { type: 'string' } }, 'must describe an object'],
    ['a time-out that is none', { input: { type: 'object' }, timeoutMs: 0 }, '`timeoutMs`'],
    ['a result limit that is none', { input: { type: 'object' }, maxResultChars: 0 }, '`maxResultChars`'],
    ['an exclusive that is no key', { input: { type: 'object' }, exclusive: 'key' }, '`exclusive`'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = thrownBy(() => defineFunction({ name: 'run', ...(options as { input: JsonSchema }) }, () => ''));
      expect(error).to.include({ code: 'invalid_metadata' }).and.have.property('message').that.contains(problem);
    });
  }

  it('copies and freezes schemas', () => {
    const input = {
      type: 'object',
      properties: { a: { type: 'string' } },
      $schema: 'http://json-schema.org/draft-07/schema#',
    };
    const { parameters } = defineFunction({ name: 'run', input }, () => '').metadata;
    input.properties.a.type = 'number';
    expect(parameters).to.deep.equal({ type: 'object', properties: { a: { type: 'string' } } });
    expect(Object.isFrozen(parameters['properties'])).to.equal(true);
  });
});
