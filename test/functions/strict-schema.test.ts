import { expect } from 'chai';
import { strictParameters } from '../../src/functions/strict-schema.js';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../src/index.js';
import * as z from 'zod';
import { toolTexts } from '../helpers/a-kernel.js';
import { CheckedModel, aModel, call, calls } from '../helpers/a-model.js';
import { inBothModes } from '../helpers/in-both-modes.js';

describe('strictParameters', () => {
  it('requires every property, makes optional ones nullable, closes objects and removes what is not supported', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        code: { type: 'string', examples: ['x'] },
        limit: { type: 'integer', default: 5 },
        order: { type: 'string', enum: ['asc', 'desc'] },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        maybe: { type: ['string', 'null'] },
        fixed: { type: 'string', const: 'a' },
        list: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
      },
      required: ['code'],
    };
    expect(strictParameters(schema)).to.deep.equal({
      type: 'object',
      properties: {
        code: { type: 'string' },
        limit: { type: ['integer', 'null'] },
        order: { type: ['string', 'null'], enum: ['asc', 'desc', null] },
        either: { anyOf: [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { type: 'null' }] },
        maybe: { type: ['string', 'null'] },
        fixed: { anyOf: [{ type: 'string', const: 'a' }, { type: 'null' }] },
        list: {
          type: ['array', 'null'],
          items: {
            type: 'object',
            properties: { n: { type: ['number', 'null'] } },
            required: ['n'],
            additionalProperties: false,
          },
        },
      },
      required: ['code', 'limit', 'order', 'either', 'maybe', 'fixed', 'list'],
      additionalProperties: false,
    });
  });

  it('says what it can of keywords that are refused: alternatives are any of them, and conditions go', () => {
    const kinds = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), size: z.number().optional() }),
      z.object({ kind: z.literal('b') }),
    ]);
    const kind = (value: string): object => ({ type: 'string', const: value });
    const { parameters } = defineFunction({ name: 'f', input: z.object({ kinds }) }, () => '').metadata;
    expect(parameters).to.have.nested.property('properties.kinds.oneOf');
    expect(strictParameters(parameters))
      .to.have.nested.property('properties.kinds')
      .that.deep.equals({
        anyOf: [
          {
            type: 'object',
            properties: { kind: kind('a'), size: { type: ['number', 'null'] } },
            required: ['kind', 'size'],
            additionalProperties: false,
          },
          { type: 'object', properties: { kind: kind('b') }, required: ['kind'], additionalProperties: false },
        ],
      });
    const list = { type: 'array', items: { type: 'string' } };
    const schema = {
      type: 'object',
      properties: {
        list: { ...list, uniqueItems: true, contains: { const: 'a' }, minContains: 1 },
        text: { type: 'string', not: { const: '' }, contentEncoding: 'base64' },
      },
      required: ['list', 'text'],
      if: { required: ['list'] },
      else: { required: ['text'] },
      dependentRequired: { list: ['text'] },
      patternProperties: { '^x': {} },
    };
    expect(strictParameters(schema)).to.deep.equal({
      type: 'object',
      properties: { list, text: { type: 'string' } },
      required: ['list', 'text'],
      additionalProperties: false,
    });
  });

  it('takes one schema out of `allOf` only where nothing but words stand beside it', () => {
    const text = { type: 'string' };
    const wrapped = { type: 'object', properties: { a: { description: 'A.', allOf: [text] } }, required: ['a'] };
    expect(strictParameters(wrapped))
      .to.have.nested.property('properties.a')
      .that.deep.equals({
        ...text,
        description: 'A.',
      });
    const parts = { ...wrapped, properties: { a: text }, allOf: [{ $ref: '#/$defs/b' }], $defs: { b: text } };
    expect(strictParameters(parts)).to.deep.equal({ ...parts, additionalProperties: false });
  });

  it('takes a property called like a keyword for a property', () => {
    const schema = {
      type: 'object',
      properties: { default: { type: 'string' }, examples: { type: 'string' } },
      required: ['default', 'examples'],
    };
    expect(strictParameters(schema)).to.deep.equal({ ...schema, additionalProperties: false });
  });

  it('rewrites a schema once', () => {
    const schema = { type: 'object', properties: {} };
    expect(strictParameters(schema)).to.equal(strictParameters(schema));
  });
});

describe('Kernel: strict functions', () => {
  const input = z.object({
    code: z.string(),
    limit: z.number().optional(),
    either: z.union([z.string(), z.number()]).optional(),
  });

  inBothModes('takes the null that a strict model sends for an optional property as absent', async (ask) => {
    const plain = {
      type: 'object',
      properties: { code: { type: 'string' }, limit: { type: 'number' } },
      required: ['code'],
    };
    for (const schema of [input, plain]) {
      const model = aModel(
        calls(call('lab-run', { code: 'x', limit: null, ...(schema === input && { either: null }) })),
        'Done.',
      );
      const kernel = new Kernel({ services: model });
      const run = defineFunction({ name: 'run', input: schema as typeof input, strict: true }, (given) => given);
      kernel.addPlugin(definePlugin('lab', [run]));
      expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['{"code":"x"}']);
      expect(model.requests[0]?.tools?.[0]).to.include({ strict: true });
      expect(model.requests[0]?.tools?.[0]?.parameters['required']).to.contain('limit');
    }
  });

  inBothModes('takes null for absent in alternatives and behind references, too', async (ask) => {
    type Tree = { name: string; child?: Tree | undefined };
    const tree: z.ZodType<Tree> = z.object({
      name: z.string(),
      get child() {
        return tree.optional();
      },
    });
    const either = z.union([z.object({ a: z.string(), b: z.string().optional() }), z.string()]);
    const model = aModel(
      calls(call('lab-run', { either: { a: 'x', b: null }, tree: { name: 'y', child: { name: 'z', child: null } } })),
      'Done.',
    );
    const kernel = new Kernel({ services: model });
    const run = defineFunction({ name: 'run', input: z.object({ either, tree }), strict: true }, (given) => given);
    const shown = strictParameters(run.metadata.parameters);
    expect(JSON.stringify(shown)).to.contain('"child":{"anyOf":[{"$ref":"#/').and.not.contain('allOf');
    kernel.addPlugin(definePlugin('lab', [run]));
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal([
      '{"either":{"a":"x"},"tree":{"name":"y","child":{"name":"z"}}}',
    ]);
  });

  inBothModes('sends the schema as it is to a service without strict schemas', async (ask) => {
    const model = new CheckedModel(['Hello.'], { strictSchemas: false });
    const kernel = new Kernel({ services: model });
    kernel.addPlugin(definePlugin('lab', [defineFunction({ name: 'run', input, strict: true }, () => '')]));
    await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.auto() });
    expect(model.requests[0]?.tools?.[0]).not.to.have.property('strict');
    expect(model.requests[0]?.tools?.[0]?.parameters['required']).to.deep.equal(['code']);
  });
});
