import { inspect } from 'node:util';
import { expect } from 'chai';
import { toAiSdkTools } from '../../src/adapters/ai-sdk.js';
import type { AiSdkTool } from '../../src/adapters/ai-sdk.js';
import type { ModelFunctionsOptions } from '../../src/functions/model-functions.js';
import { FunctionError, SessionsError, SessionsPythonTool, defineFunction, definePlugin } from '../../src/index.js';
import type { FunctionOptions, JsonSchema, KernelPlugin } from '../../src/index.js';
import { closed } from '../helpers/a-kernel.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { PNG_BYTES } from './a-picture.js';

// What the AI SDK itself makes of these tools is tested in test/peers, with the versions 6 and 7.

type Options = FunctionOptions & { input?: JsonSchema };

const OPTIONS = { toolCallId: 'c1' };
const TEXT = closed({ text: { type: 'string' } }, ['text']);

function lab(
  body: (input: Record<string, unknown>, scope: { signal: AbortSignal }) => unknown,
  options: Options = {},
): KernelPlugin {
  return definePlugin('lab', [
    defineFunction({ description: 'Runs.', input: { type: 'object' }, ...options, name: 'run' }, body),
    defineFunction({ name: 'unseen', input: TEXT, modelVisible: false }, body),
  ]);
}

function theTool(plugin: object, options?: ModelFunctionsOptions): AiSdkTool {
  const [tool] = Object.values(toAiSdkTools(plugin, options));
  if (tool === undefined) throw new Error('There is no tool.');
  return tool;
}

function shownSchema(input: JsonSchema, strict = false): unknown {
  return theTool(lab(() => '', { input, strict })).inputSchema['~standard'].jsonSchema.input();
}

describe('toAiSdkTools', () => {
  it('gives a tool by name for each function that a model may see', () => {
    expect(Object.keys(toAiSdkTools(lab(() => '')))).to.deep.equal(['run']);
    expect(
      Object.keys(
        toAiSdkTools(
          lab(() => ''),
          { names: { run: 'go' } },
        ),
      ),
    ).to.deep.equal(['go']);
    expect(
      thrownBy(() =>
        toAiSdkTools(
          lab(() => ''),
          { names: { unseen: 'go' } },
        ),
      ),
    ).to.have.property('code', 'invalid_options');
    expect(theTool(lab(() => '')))
      .to.include({ description: 'Runs.' })
      .and.not.to.have.property('strict');
  });

  it('keeps open what several schemas describe together, and what may be an object that takes anything', () => {
    const part = (name: string): JsonSchema => ({ type: 'object', properties: { [name]: { type: 'string' } } });
    const opened = (name: string): JsonSchema => ({ ...part(name), additionalProperties: {} });
    const schema = closed({
      maybe: { type: ['object', 'null'] },
      both: { allOf: [part('a'), part('b')] },
      with: { ...part('a'), anyOf: [part('b'), { required: ['a'] }] },
      referred: { allOf: [{ $ref: '#/$defs/part' }, part('b')] },
      either: { anyOf: [part('a'), part('b')] },
    });
    expect(shownSchema({ $defs: { part: part('a') }, ...schema })).to.deep.equal({
      ...closed({
        maybe: { type: ['object', 'null'], additionalProperties: {} },
        both: { allOf: [opened('a'), opened('b')] },
        with: { ...opened('a'), anyOf: [opened('b'), { required: ['a'] }] },
        referred: { allOf: [{ $ref: '#/$defs/part' }, opened('b')] },
        either: { anyOf: [part('a'), part('b')] },
      }),
      $defs: { part: opened('a') },
    });
  });

  it('shows the schema as the AI SDK keeps it, a copy each time', () => {
    const free = closed({
      any: { type: 'object' },
      list: { type: 'array', items: { type: 'object', additionalProperties: true } },
    });
    expect(shownSchema(free)).to.deep.equal(
      closed({
        any: { type: 'object', additionalProperties: {} },
        list: { type: 'array', items: { type: 'object', additionalProperties: {} } },
      }),
    );
    const values = { enum: [{ type: 'object' }], default: { type: 'object' }, examples: [{ type: 'object' }] };
    const looksLikeSchemas = closed({ a: values, b: { const: { additionalProperties: true } } });
    expect(shownSchema(looksLikeSchemas)).to.deep.equal(looksLikeSchemas);
    const named = { type: 'object', properties: { additionalProperties: true }, additionalProperties: false };
    expect(shownSchema(named)).to.deep.equal(named);
    const shown = shownSchema(TEXT);
    expect(shown).to.deep.equal(TEXT);
    expect(shown).not.to.equal(TEXT);
    expect(Object.isFrozen(shown)).to.equal(false);
    const tool = theTool(lab(() => '', { input: TEXT, strict: true }));
    expect(tool.strict).to.equal(true);
    expect(shownSchema(closed({ text: { type: 'string' } }), true)).to.deep.equal(
      closed({ text: { type: ['string', 'null'] } }, ['text']),
    );
  });

  it('gives the model the text, and the application the value as plain data', async () => {
    const tool = theTool(lab(() => ({ total: 3n, at: new Date(0), bytes: new Uint8Array(4) })));
    const output = await tool.execute({}, OPTIONS);
    expect(output).to.deep.equal({
      text: '{"total":"3","at":"1970-01-01T00:00:00.000Z","bytes":"[binary 4 bytes]"}',
      value: { total: '3', at: '1970-01-01T00:00:00.000Z', bytes: '[binary 4 bytes]' },
      images: [],
    });
    expect(tool.toModelOutput({ output })).to.deep.equal({ type: 'text', value: output.text });
    expect(tool.toModelOutput({ output: 'of another tool' })).to.deep.equal({ type: 'text', value: '' });
    const circular: Record<string, unknown> = { toModelString: () => 'in words' };
    circular['self'] = circular;
    const inWords = await theTool(lab(() => circular)).execute({}, OPTIONS);
    expect(inWords).to.deep.equal({ text: 'in words', value: 'in words', images: [] });
  });

  it("keeps an execution's figures apart, and out of what the model is told", async () => {
    const bytes = new Uint8Array(PNG_BYTES);
    const images = [
      { format: 'png', bytes, path: '/tmp/1.png' },
      { format: 'svg', bytes },
    ];
    const result = {
      status: 'Succeeded',
      stdout: '',
      stderr: '',
      images,
      raw: { base64_data: 'AAAA' },
      toModelString: () => 'drawn',
    };
    const output = await theTool(lab(() => result)).execute({}, OPTIONS);
    const data = PNG_BYTES.toString('base64');
    expect(output).to.deep.equal({
      text: 'drawn',
      value: { status: 'Succeeded', stdout: '', stderr: '' },
      images: [
        { mediaType: 'image/png', data, path: '/tmp/1.png' },
        { mediaType: 'image/svg+xml', data },
      ],
    });
    expect(JSON.parse(JSON.stringify(output))).to.deep.equal(output);
    const album = { images: ['a.png'], raw: true };
    expect(await theTool(lab(() => album)).execute({}, OPTIONS)).to.deep.include({ value: album, images: [] });
  });

  it('throws what the model is to be told, and keeps the details of a fatal failure in its cause', async () => {
    const calls: unknown[] = [];
    const run = theTool(lab((input) => calls.push(input), { input: TEXT }));
    const invalid = await rejectionOf(run.execute({ text: 7n, secret: 1 }, OPTIONS));
    expect(invalid).to.have.property('code', 'invalid_arguments');
    expect(invalid.message).to.contain('invalid arguments for "run":\n- ');
    expect(calls).to.deep.equal([]);
    const throwing = (error: unknown): AiSdkTool =>
      theTool(
        lab(() => {
          throw error;
        }),
      );
    const spoken = await rejectionOf(throwing(new FunctionError('Try again.')).execute({}, OPTIONS));
    expect(spoken).to.include({ code: 'function_failed', message: 'Try again.' });
    const fatal = new SessionsError('forbidden', 'The role is missing.');
    const silent = await rejectionOf(throwing(fatal).execute({}, OPTIONS));
    expect(silent).to.include({ message: '"run" failed.', cause: fatal });
  });

  it('quotes nothing of what the model wrote in what it throws', async () => {
    const python = new SessionsPythonTool({
      poolManagementEndpoint: 'http://localhost/p',
      authCallback: () => 'a-token',
    });
    const tool = toAiSdkTools(python)['execute_code'];
    const code = 'print("TOPSECRET")';
    for (const [input, message] of [
      [
        code,
        'the arguments for "execute_code" are not valid JSON. Send one JSON object that matches the parameter schema.',
      ],
      [[code], 'the arguments for "execute_code" must be a JSON object, not an array.'],
      [
        { code: '1', [code]: 1 },
        'invalid arguments for "execute_code":\n' +
          "- arguments: has a name that is not a parameter's\nCorrect the arguments and call the function again.",
      ],
    ] as const) {
      const error = await rejectionOf(Promise.resolve(tool?.execute(input, OPTIONS)));
      expect(error).to.include({ code: 'invalid_arguments', message });
      expect(inspect(error, { depth: 9 })).not.to.contain('TOPSECRET');
    }
  });

  it('passes the abort signal on, and rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    let inside: AbortSignal | undefined;
    const tool = theTool(
      lab((_, { signal }) => {
        inside = signal;
        controller.abort(reason);
        return new Promise(() => {});
      }),
    );
    const error = await rejectionOf(tool.execute({}, { ...OPTIONS, abortSignal: controller.signal }));
    expect(error).to.equal(reason);
    expect(inside?.aborted).to.equal(true);
  });
});
