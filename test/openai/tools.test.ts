import { expect } from 'chai';
import OpenAI from 'openai';
import type { ServerResponse } from 'node:http';
import { SessionsPythonTool, defineFunction, definePlugin, kernelFunction } from '../../src/index.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { executeToolCall, executeToolCalls, getToolDefinition } from '../../src/openai/index.js';
import { rejection } from '../helpers/in-both-modes.js';
import { sendJson, startLoopback } from '../helpers/loopback.js';
import type { Loopback } from '../helpers/loopback.js';
import { wireProblems } from '../helpers/check-wire-request.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

type ChatMessages = OpenAI.Chat.ChatCompletionMessageParam[];

const CODE_PARAMETERS = {
  type: 'object',
  properties: { code: { type: 'string', description: 'The Python code to run, without Markdown fences.' } },
  required: ['code'],
  additionalProperties: false,
};

// oxlint-disable-next-line typescript/no-explicit-any -- the wire's JSON
type Json = any;

/** A model's server: answers in turn, and keeps what it was sent. */
async function aModelServer(...answers: Json[]): Promise<Loopback & { readonly client: OpenAI }> {
  const server = await startLoopback((response: ServerResponse, _, place) =>
    sendJson(response, answers[place - 1] ?? { error: { message: 'There is no answer left.' } }),
  );
  return { ...server, client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'test', maxRetries: 0 }) };
}

function completion(message: Json, finish_reason = 'tool_calls'): Json {
  const choice = { index: 0, message: { role: 'assistant', content: null, refusal: null, ...message }, finish_reason };
  return { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [choice] };
}

function chatCall(id: string, name: string, args: unknown): Json {
  return {
    id,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  };
}

function responsesCall(call_id: string, name: string, args: unknown): Json {
  const text = typeof args === 'string' ? args : JSON.stringify(args);
  return { type: 'function_call', id: `fc_${call_id}`, call_id, name, arguments: text, status: 'completed' };
}

function responsesAnswer(output: Json[], more: object = {}): Json {
  return { id: 'r', object: 'response', created_at: 1, status: 'completed', model: 'm', output, ...more };
}

describe('The openai tools with a SessionsPythonTool', () => {
  let emulator: SessionPoolEmulator;
  let python: SessionsPythonTool;
  let server: (Loopback & { readonly client: OpenAI }) | undefined;

  before(async function () {
    this.timeout(60_000);
    emulator = await SessionPoolEmulator.start();
  });
  beforeEach(() => {
    python = new SessionsPythonTool(emulator.connection);
  });
  afterEach(async () => {
    await python.close();
    await server?.stop();
    server = undefined;
  });
  after(() => emulator.stop());

  it('run a conversation on Chat Completions', async function () {
    this.timeout(60_000);
    server = await aModelServer(
      completion({ tool_calls: [chatCall('a', 'code_interpreter', { python_code: 'x = 6 * 7\nx' })] }),
      completion({ tool_calls: [chatCall('b', 'list_files', {}), chatCall('c', 'code_interpreter', { cod: 1 })] }),
      completion({ content: 'It is 42.' }, 'stop'),
    );
    const as = 'code_interpreter';
    const tools = [
      getToolDefinition(python, { api: 'chat', as }),
      getToolDefinition(python, { api: 'chat', name: 'list_files' }),
    ];
    const messages: ChatMessages = [{ role: 'user', content: 'What is 6 * 7?' }];
    for (let rounds = 0; rounds < 2; rounds += 1) {
      const answer = await server.client.chat.completions.create({ model: 'm', messages, tools });
      messages.push(
        ...answer.choices.map(({ message }) => message),
        ...(await executeToolCalls(python, answer, { as })),
      );
    }
    const last = await server.client.chat.completions.create({ model: 'm', messages, tools });
    expect(await executeToolCalls(python, last, { as })).to.deep.equal([]);
    expect(server.requests.flatMap(({ body }) => wireProblems(body))).to.deep.equal([]);
    expect(server.requests[2]?.body.messages.filter(({ role }: Json) => role === 'tool')).to.deep.equal([
      { role: 'tool', tool_call_id: 'a', content: 'Status: Succeeded\nResult: 42' },
      { role: 'tool', tool_call_id: 'b', content: 'There are no files.' },
      {
        role: 'tool',
        tool_call_id: 'c',
        content:
          'Error: invalid arguments for "code_interpreter":\n- cod: is not a parameter\n- code: is required\n' +
          'Correct the arguments and call the function again.',
      },
    ]);
    expect(server.requests[0]?.body.tools[0].function).to.include({ name: 'code_interpreter' });
  });

  it('run a conversation on Responses', async function () {
    this.timeout(60_000);
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' };
    server = await aModelServer(
      responsesAnswer([
        reasoning,
        responsesCall('a', 'execute_code', { code: 'x = 1' }),
        responsesCall('b', 'execute_code', { code: 'x += 1\nx' }),
        responsesCall('c', 'upload_file', { localFilePath: '/etc/passwd' }),
      ]),
      responsesAnswer([{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: '2' }] }]),
    );
    const tools = [getToolDefinition(python, { api: 'responses', strict: true })];
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Count to two.' }];
    const answer = await server.client.responses.create({ model: 'm', input, tools });
    input.push(...(answer.output as OpenAI.Responses.ResponseInput), ...(await executeToolCalls(python, answer)));
    const last = await server.client.responses.create({ model: 'm', input, tools });
    expect(await executeToolCalls(python, last)).to.deep.equal([]);
    expect(server.requests[1]?.body.input.slice(-3)).to.deep.equal([
      { type: 'function_call_output', call_id: 'a', output: 'Status: Succeeded\n(no output)' },
      { type: 'function_call_output', call_id: 'b', output: 'Status: Succeeded\nResult: 2' },
      {
        type: 'function_call_output',
        call_id: 'c',
        output:
          'Error: there is no function named "upload_file". Available functions: "execute_code", "list_files". ' +
          'Call one of them by its exact name.',
      },
    ]);
  });

  it('give a session of its own to each of the application’s users', async function () {
    this.timeout(60_000);
    const set = (sessionId: string, code: string): Promise<Record<string, unknown>> =>
      executeToolCall(python, chatCall('a', 'execute_code', { code }), { arguments: { sessionId } });
    await Promise.all([set('user-ada-0001', 'who = "Ada"'), set('user-eve-0001', 'who = "Eve"')]);
    expect((await set('user-ada-0001', 'who'))['content']).to.equal('Status: Succeeded\nResult: Ada');
  });

  it('tell the model of a failing pool, and reject for a forbidden one', async () => {
    const call = chatCall('a', 'execute_code', { code: '1' });
    emulator.failNext({ operation: 'execute', status: 400 });
    expect(await executeToolCall(python, call)).to.include({ role: 'tool', tool_call_id: 'a' });
    const stranger = new SessionsPythonTool({
      ...emulator.connection,
      authCallback: () => 'a-wrong-token',
      deleteOnClose: false,
    });
    const error = await rejection(executeToolCalls(stranger, [call]));
    expect(error).to.include({ code: 'function_failed' });
    expect(error).to.have.nested.property('cause.code', 'unauthorized');
  });

  it('refuse options that there are none of, before anything is run', async () => {
    const ran: unknown[] = [];
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: { type: 'object' } }, (x) => ran.push(x)),
    ]);
    for (const [options, says] of [
      [{ argument: { sessionId: 'x' } }, 'no option `argument`. There are: `as`, `name`, `arguments`, `signal`'],
      [{ arguments: 'x' }, '`arguments` is an object of values by their names, not a string'],
      [{ signal: new AbortController() }, '`signal` must be an AbortSignal'],
      [null, 'takes its options as an object, not null'],
    ] as const) {
      for (const execute of [executeToolCall, executeToolCalls]) {
        const call = completion({ tool_calls: [chatCall('c1', 'run', {})] });
        const error = await rejection(execute(plugin, call, untyped(options)));
        expect(error).to.have.property('code', 'invalid_options');
        expect(error).to.have.property('message').that.contains(says);
      }
    }
    expect(ran).to.deep.equal([]);
  });

  it('define only what a model may see', () => {
    expect(thrownBy(() => getToolDefinition(python, { api: 'chat', name: 'upload_file' }))).to.include({
      code: 'function_not_found',
      message:
        'Plugin "SessionsPythonTool" has no function "upload_file" that a model may see. It may see: "execute_code", "list_files".',
    });
  });
});

describe('getToolDefinition', () => {
  const shape = definePlugin('shapes', [
    defineFunction(
      {
        name: 'area',
        description: 'The area of a rectangle.',
        input: {
          type: 'object',
          properties: { width: { type: 'number' }, height: { type: 'number', default: 1 } },
          required: ['width'],
        },
      },
      ({ width, height }) => width * (height ?? 1),
    ),
    defineFunction({ name: 'secret', modelVisible: false, input: { type: 'object' } }, () => 'hidden'),
  ]);
  const parameters = {
    type: 'object',
    properties: { width: { type: 'number' }, height: { type: 'number', default: 1 } },
    required: ['width'],
  };
  const strictParameters = {
    type: 'object',
    properties: { width: { type: 'number' }, height: { type: ['number', 'null'] } },
    required: ['width', 'height'],
    additionalProperties: false,
  };
  const description = 'The area of a rectangle.';

  it('is in the form of its API, strict and not', () => {
    expect(getToolDefinition(shape, { api: 'chat' })).to.deep.equal({
      type: 'function',
      function: { name: 'area', description, parameters },
    });
    expect(getToolDefinition(shape, { api: 'chat', strict: true })).to.deep.equal({
      type: 'function',
      function: { name: 'area', description, parameters: strictParameters, strict: true },
    });
    expect(getToolDefinition(shape, { api: 'responses', as: 'measure' })).to.deep.equal({
      type: 'function',
      name: 'measure',
      description,
      parameters,
      strict: false,
    });
    expect(getToolDefinition(shape, { api: 'responses', name: 'shapes-area', strict: true })).to.deep.equal({
      type: 'function',
      name: 'area',
      description,
      parameters: strictParameters,
      strict: true,
    });
  });

  it('is strict as the function is declared, unless it is told otherwise', () => {
    class Sums {
      @kernelFunction({ strict: true, parameters: { code: { type: 'string' } } })
      run(code: string): string {
        return code;
      }
    }
    expect(getToolDefinition(new Sums(), { api: 'chat' }).function.strict).to.equal(true);
    expect(getToolDefinition(new Sums(), { api: 'responses', strict: false }).strict).to.equal(false);
  });

  it('is a copy that can be written to', () => {
    const definition = getToolDefinition(shape, { api: 'responses' });
    definition.parameters['title'] = 'mine';
    expect(getToolDefinition(shape, { api: 'responses' }).parameters).not.to.have.property('title');
  });

  it('takes an instance of a class without a name', () => {
    class Clock {
      @kernelFunction({ parameters: {} })
      now(): number {
        return 0;
      }
    }
    Object.defineProperty(Clock, 'name', { value: '' });
    expect(getToolDefinition(new Clock(), { api: 'chat' }).function.name).to.equal('now');
  });

  it('refuses names, APIs and plugins that are none', () => {
    const codeOf = (plugin: object, options: object): unknown =>
      Reflect.get(Object(thrownBy(() => getToolDefinition(plugin, { api: 'chat', ...options }))), 'code');
    expect(codeOf(shape, { name: 'secret' })).to.equal('function_not_found');
    expect(codeOf(shape, { name: 'volume' })).to.equal('function_not_found');
    expect(codeOf(definePlugin('empty', []), {})).to.equal('function_not_found');
    expect(codeOf(shape, { as: 'a.b' })).to.equal('invalid_name');
    expect(codeOf(shape, { as: 'x'.repeat(65) })).to.equal('invalid_name');
    expect(codeOf(shape, { api: 'assistants' })).to.equal('invalid_options');
    expect(codeOf({}, {})).to.equal('invalid_metadata');
    expect(codeOf(SessionsPythonTool, {})).to.equal('invalid_metadata');
  });

  it('keeps the definition of execute_code as the model reads it', async () => {
    const python = new SessionsPythonTool({
      poolManagementEndpoint: 'https://pool.example.com',
      authCallback: () => 'x',
    });
    const definition = getToolDefinition(python, { api: 'chat' });
    expect(definition.function.name).to.equal('execute_code');
    expect(definition.function.parameters).to.deep.equal(CODE_PARAMETERS);
  });
});
