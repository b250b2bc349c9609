import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import { expect } from 'chai';
import * as v from 'valibot';
import * as z from 'zod';
import { Kernel, defineFunction, definePlugin, kernelFunction } from '../../src/index.js';
import type { FunctionResult, JsonSchema, KernelFunction, StandardSchema } from '../../src/index.js';
import { toolTexts } from '../helpers/a-kernel.js';
import { aModel, call, calls } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';

interface Query {
  city: string;
  days?: number | undefined;
}

const LIBRARIES: readonly (readonly [library: string, schema: StandardSchema<unknown, Query>])[] = [
  ['zod', z.object({ city: z.string().min(2), days: z.number().int().optional() })],
  ['arktype', type({ city: 'string >= 2', 'days?': 'number.integer' })],
  [
    'valibot',
    toStandardJsonSchema(
      v.object({ city: v.pipe(v.string(), v.minLength(2)), days: v.optional(v.pipe(v.number(), v.integer())) }),
    ),
  ],
];

describe('Standard Schema', () => {
  for (const [library, schema] of LIBRARIES) {
    it(`shows a model the JSON Schema of a ${library} schema, without $schema`, () => {
      const { parameters } = defineFunction({ name: 'run', input: schema }, () => '').metadata;
      expect(parameters).to.deep.include({ type: 'object', required: ['city'] });
      expect(parameters).to.not.have.property('$schema');
      expect(parameters['properties']).to.deep.include({ city: { type: 'string', minLength: 2 } });
      expect(parameters['properties']).to.have.nested.property('days.type', 'integer');
    });

    inBothModes(
      `gives the function what a ${library} schema makes of the arguments, and tells the model what is wrong`,
      async (ask) => {
        const received: Query[] = [];
        const model = aModel(
          calls(call('lab-run', { city: 'U' })),
          calls(call('lab-run', { city: 'Ulm', days: 3 })),
          'Done.',
        );
        const kernel = new Kernel({ services: model });
        const run = defineFunction({ name: 'run', input: schema }, (query) => void received.push(query));
        kernel.addPlugin(definePlugin('lab', [run]));
        const result = await ask(kernel, 'Go');
        expect(toolTexts(result.messages)[0]).to.match(
          /^Error: invalid arguments for "lab-run":\n- city: .+\nCorrect the arguments and call the function again\.$/,
        );
        expect(received).to.deep.equal([{ city: 'Ulm', days: 3 }]);
      },
    );

    it(`does not convert for a ${library} schema: that is the schema's to say`, async () => {
      const kernel = new Kernel();
      kernel.addPlugin(definePlugin('lab', [defineFunction({ name: 'run', input: schema }, () => 'ok')]));
      expect(await rejection(kernel.invoke('lab-run', { city: 'Ulm', days: '3' }))).to.include({
        code: 'invalid_arguments',
      });
    });
  }

  const closedByValibot = toStandardJsonSchema(v.object({ code: v.strictObject({}) }));
  for (const [what, input, says] of [
    ['a text by arktype', type({ code: '"a"|"b"' }), 'code: code must be "a" or "b" (was "…")'],
    [
      'a text by valibot',
      toStandardJsonSchema(v.object({ code: v.number() })),
      'code: Invalid type: Expected number but',
    ],
    ['a name by zod', z.object({ code: z.strictObject({}) }), 'code: Unrecognized key: "…"'],
    [
      'a name by zod in a union',
      z.object({ code: z.union([z.object({ on: z.strictObject({}) }), z.strictObject({ off: z.number() })]) }),
      'received undefined; or off: Invalid input: expected number, received undefined, Unrecognized key: "…")',
    ],
    ['a name by valibot', closedByValibot, 'code.[a text that is no name]: Invalid key: Expected never but'],
    ['a name by arktype', type({ code: { '+': 'reject' } }), 'code.[a text that is no name]: code["…"] must be'],
  ] as const) {
    it(`does not repeat ${what}, which may be code`, async () => {
      const secret = 'print("secret")\nx = 1';
      const given = what.startsWith('a text') ? secret : { [secret]: 1 };
      const run = defineFunction({ name: 'run', input }, () => 'ok');
      const error = await rejection(new Kernel().invoke(run, { code: given }));
      expect(error).to.have.property('code', 'invalid_arguments');
      expect(error).to.have.property('message').that.contains(says).and.does.not.contain('secret');
      expect(JSON.stringify(Reflect.get(error as object, 'data'))).not.to.contain('secret');
    });
  }

  it('gives the function the output of a schema that transforms', async () => {
    const input = z.object({ day: z.iso.date().transform((text) => new Date(text)), n: z.coerce.number().default(7) });
    const run = defineFunction({ name: 'run', input }, ({ day, n }) => `${day.getUTCFullYear() + n}`);
    const kernel = new Kernel();
    kernel.addPlugin(definePlugin('lab', [run]));
    expect((await kernel.invoke('lab-run', { day: '2026-11-21' })).value).to.equal('2033');
    expect((await kernel.invoke('lab-run', { day: '2026-11-21', n: '1' })).value).to.equal('2027');
  });

  it('rejects with function_failed where the schema itself throws', async () => {
    const bug = new Error('a bug');
    const input = z.object({ city: z.string().refine(() => Promise.reject(bug)) });
    const run = defineFunction({ name: 'run', input }, () => 'ok');
    const error = await rejection(new Kernel().invoke(run, { city: 'Ulm' }));
    expect(error).to.include({ code: 'function_failed', cause: bug });
    expect(error).to.have.property('message', 'Function "run" failed: a bug');
  });

  it('says what is wrong with each of many entries, in time that grows as they do', async () => {
    const input = z.object({ list: z.array(z.number()) });
    const run = defineFunction({ name: 'run', input }, () => 'ok');
    const error = await rejection(new Kernel().invoke(run, { list: Array.from({ length: 30_000 }, () => 'code') }));
    expect(error).to.have.nested.property('data.issues').that.has.length(30_000);
  }).timeout(10_000);

  it('names nested places in the issues', async () => {
    const input = z.object({ list: z.array(z.object({ n: z.number() })) });
    const kernel = new Kernel();
    kernel.addPlugin(definePlugin('lab', [defineFunction({ name: 'run', input }, () => 'ok')]));
    const error = await rejection(kernel.invoke('lab-run', { list: [{ n: 1 }, { n: 'x' }] }));
    expect(error).to.have.nested.property('data.issues').that.has.lengthOf(1);
    expect(error)
      .to.have.nested.property('data.issues[0]')
      .that.matches(/^list\.1\.n: /);
  });

  it('says of a union of zod what is wrong with each of its forms', async () => {
    const side = z.object({ kind: z.literal('square'), side: z.union([z.number(), z.array(z.number())]) });
    const input = z.object({ size: z.union([z.number(), z.literal('auto')]), shape: z.union([z.number(), side]) });
    const run = defineFunction({ name: 'run', input }, () => 'ok');
    const given = { size: 'big', shape: { kind: 'round', side: [1, 'x'] } };
    expect(await rejection(new Kernel().invoke(run, given)))
      .to.have.nested.property('data.issues')
      .that.deep.equals([
        'size: Invalid input (Invalid input: expected number, received string; or Invalid input: expected "auto")',
        'shape: Invalid input (Invalid input: expected number, received object; or kind: Invalid input: expected "square", ' +
          'side: Invalid input (Invalid input: expected number, received array; or 1: Invalid input: expected number, received string))',
      ]);
  });

  it("keeps what a model wrote out of the record's error", async () => {
    const input = type({ code: 'string < 5' });
    const kernel = new Kernel({ services: aModel(calls(call('lab-run', { code: 'print(secret)' })), 'Done.') });
    kernel.addPlugin(definePlugin('lab', [defineFunction({ name: 'run', input }, () => 'ok')]));
    const { calls: records } = await kernel.chat('Go');
    expect(records[0]?.error?.message).to.equal(
      'The arguments for "lab-run" do not fit its schema; `data.issues` says where.',
    );
    expect(records[0]?.error).to.have.nested.property('data.issues').that.has.lengthOf(1);
  });

  it('takes a schema in a decorator, and its output as the type of the argument', async () => {
    const input = z.object({ n: z.number() });
    class Lab {
      @kernelFunction({ input })
      double({ n }: { n: number }): number {
        return n * 2;
      }

      // @ts-expect-error -- the method takes something else than the schema gives
      @kernelFunction({ input })
      wrong({ n }: { n: string }): string {
        return n;
      }
    }
    const kernel = new Kernel();
    kernel.addPlugin(new Lab());
    expect((await kernel.invoke('Lab-double', { n: 21 })).value).to.equal(42);
  });

  it('infers the input and the result of defineFunction', () => {
    const run: KernelFunction<number> = defineFunction(
      { name: 'run', input: z.object({ n: z.number() }) },
      ({ n }) => n * 2,
    );
    // @ts-expect-error -- there is no such property in the schema
    defineFunction({ name: 'run', input: z.object({ n: z.number() }) }, ({ m }) => m);
    expect(run.metadata.name).to.equal('run');
    const either = (plain: boolean): JsonSchema | z.ZodObject => (plain ? { type: 'object' } : z.object({}));
    expect(defineFunction({ name: 'either', input: either(true) }, () => 1).metadata.name).to.equal('either');
  });

  it('refuses a schema that is no object, and one that cannot be exported', () => {
    expect(thrownBy(() => defineFunction({ name: 'run', input: z.string() }, () => ''))).to.include({
      code: 'invalid_metadata',
    });
    const transform = z.object({ a: z.custom<string>((value) => typeof value === 'string') });
    expect(thrownBy(() => defineFunction({ name: 'run', input: transform }, () => ''))).to.include({
      code: 'invalid_metadata',
    });
    const throwing: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'odd',
        validate: (value) => ({ value }),
        jsonSchema: {
          input: () => {
            throw new Error('no draft');
          },
        },
      },
    };
    expect(thrownBy(() => defineFunction({ name: 'run', input: throwing }, () => '')))
      .to.include({ code: 'invalid_metadata' })
      .and.have.nested.property('cause.message', 'no draft');
    const dated = z.object({ when: z.date() });
    expect(thrownBy(() => defineFunction({ name: 'run', input: dated }, () => '')))
      .to.have.property('message')
      .that.matches(
        /^Function "run": the zod schema in `input` cannot be written as JSON Schema: Date cannot .*`inputJsonSchema`/,
      );
    const silent = {
      '~standard': {
        version: 1,
        vendor: 'odd',
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: () => 1 },
      },
    } as const;
    expect(thrownBy(() => defineFunction({ name: 'run', input: silent }, () => '')))
      .to.have.property('message')
      .that.contains('cannot be written as JSON Schema: it gave none.');
  });

  it('infers that an async iterable is collected', async () => {
    const kernel = new Kernel();
    async function* count(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    const plugin = kernel.addPlugin(
      definePlugin('lab', [defineFunction({ name: 'count', input: { type: 'object' } }, count)]),
    );
    const counting: KernelFunction<number[]> = defineFunction({ name: 'count', input: { type: 'object' } }, count);
    const { value }: FunctionResult<number[]> = await kernel.invoke<number[]>(plugin.get('count'));
    expect(value).to.deep.equal([1, 2]);
    expect(counting.metadata.name).to.equal('count');
  });

  it('falls back to the later draft', () => {
    const targets: unknown[] = [];
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'later',
        validate: (value) => ({ value }),
        jsonSchema: {
          input: ({ target }: { target: string }) => {
            targets.push(target);
            if (target === 'draft-07') throw new Error('unknown target');
            return { type: 'object', properties: {} };
          },
        },
      },
    };
    expect(defineFunction({ name: 'run', input: schema }, () => '').metadata.parameters).to.deep.equal({
      type: 'object',
      properties: {},
    });
    expect(targets).to.deep.equal(['draft-07', 'draft-2020-12']);
  });
});
