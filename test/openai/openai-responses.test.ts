import { expect } from 'chai';
import OpenAI from 'openai';
import type { ServerResponse } from 'node:http';
import { ChatHistory, FunctionChoiceBehavior, Kernel, isKernelError } from '../../src/index.js';
import type { AssistantMessage, ChatResponse } from '../../src/index.js';
import { OpenAIChatCompletion, OpenAIResponses } from '../../src/openai/index.js';
import { addLab, closed, roles, toolTexts } from '../helpers/a-kernel.js';
import { responsesProblems } from '../helpers/check-responses-request.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { beginEvents, sendEvents, sendJson, startLoopback } from '../helpers/loopback.js';
import type { Loopback, ReceivedRequest } from '../helpers/loopback.js';
import { collectWarnings } from '../helpers/warnings.js';

const CODE = closed({ code: { type: 'string' } }, ['code']);
const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' };

describe('OpenAIResponses on the wire', () => {
  let server: Loopback | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function serve(
    answer: (response: ServerResponse, request: ReceivedRequest, place: number) => void,
  ): Promise<Loopback> {
    server = await startLoopback(answer);
    return server;
  }

  function kernelFor({ url }: Loopback): Kernel {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test', maxRetries: 0 });
    const kernel = new Kernel({ services: new OpenAIResponses({ client, model: 'gpt-test' }) });
    addLab(kernel, { run: [{ description: 'Runs code.', input: CODE }, ({ code }) => `ran ${String(code)}`] });
    return kernel;
  }

  inBothModes('maps calls and outputs, replays reasoning, and stores nothing at the service', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? respond(response, body, {
            output: [REASONING, call('c1', 'lab.run', '{"code":"1"}'), call('c2', 'lab-run', 'no JSON')],
          })
        : respond(response, body, { output: [message('Done.')], usage: usage(7, 3) }),
    );
    const history = new ChatHistory().addSystem('Be brief.').addUser('Go');
    const result = await ask(kernelFor(loopback), history, { settings: { maxTokens: 50, reasoningEffort: 'low' } });

    expect(loopback.requests.map(({ path }) => path)).to.deep.equal(['/v1/responses', '/v1/responses']);
    const [first, second] = loopback.requests.map(({ body }) => body);
    expect({
      store: first.store,
      include: first.include,
      max: first.max_output_tokens,
      reasoning: first.reasoning,
    }).to.deep.equal({
      store: false,
      include: ['reasoning.encrypted_content'],
      max: 50,
      reasoning: { effort: 'low' },
    });
    expect(first.tools).to.deep.equal([
      { type: 'function', name: 'lab-run', description: 'Runs code.', parameters: CODE, strict: false },
    ]);
    expect(first.tool_choice).to.equal('auto');
    const [system, user, ...rest] = second.input;
    expect([system, user]).to.deep.equal([
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Go' },
    ]);
    expect(rest.map((item: { type: string }) => item.type)).to.deep.equal([
      'reasoning',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
    expect(rest[0]).to.deep.equal(REASONING);
    expect([rest[1].name, rest[1].arguments]).to.deep.equal(['lab-run', '{"code":"1"}']);
    expect(rest[2].arguments).to.equal('{}');
    expect(rest[3]).to.deep.equal({ type: 'function_call_output', call_id: 'c1', output: 'ran 1' });
    expect(rest[4].output).to.match(/^Error: the arguments for "lab-run" are not valid JSON/);
    expect(result.text).to.equal('Done.');
    expect(result.usage).to.deep.equal({ inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, reasoningTokens: 1 });
    expect(roles(result.messages)).to.deep.equal(['assistant', 'tool', 'tool', 'assistant']);
  });

  inBothModes('goes on without asking for reasoning where a model that has none refuses that', async (ask) => {
    const loopback = await serve((response, { body }) =>
      body.include === undefined
        ? respond(response, body, { output: [message('Hello.')] })
        : sendJson(response, { error: { message: 'Encrypted content is not supported with this model.' } }, 400),
    );
    const kernel = kernelFor(loopback);
    expect((await ask(kernel, 'Hi')).text).to.equal('Hello.');
    await ask(kernel, 'Hi again');
    expect(loopback.requests.map(({ body }) => 'include' in body)).to.deep.equal([true, false, false]);
  });

  inBothModes('goes on asking for reasoning where the request is refused without asking, too', async (ask) => {
    const loopback = await serve((response, { body }) =>
      body.input[0].content === 'Hi'
        ? sendJson(response, { error: { message: 'Encrypted content is not supported with this model.' } }, 400)
        : respond(response, body, { output: [message('Hello.')] }),
    );
    const kernel = kernelFor(loopback);
    await rejection(ask(kernel, 'Hi'));
    await ask(kernel, 'Hi again');
    expect(loopback.requests.map(({ body }) => 'include' in body)).to.deep.equal([true, false, true]);
  });

  inBothModes('sends a request once that is refused otherwise, or for what the application asked for', async (ask) => {
    for (const [text, extra] of [
      ['Unknown parameter.', {}],
      ['The encrypted content gAAA...Rg== could not be verified.', {}],
      ['Encrypted content is not supported with this model.', { include: ['reasoning.encrypted_content'] }],
    ] as const) {
      const loopback = await serve((response) => sendJson(response, { error: { message: text } }, 400));
      const failure = await rejection(ask(kernelFor(loopback), 'Hi', { settings: { extra } }));
      expect(failure).to.include({ code: 'service_failed' });
      expect(loopback.requests).to.have.length(1);
      await loopback.stop();
    }
  });

  inBothModes('sends the same request again from a history that went through JSON', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? respond(response, body, { output: [REASONING, call('c1', 'lab-run', '{"code":"1"}')] })
        : respond(response, body, { output: [message('Done.')] }),
    );
    const kernel = kernelFor(loopback);
    const history = new ChatHistory().addUser('Go');
    await ask(kernel, history);
    const copy = ChatHistory.from(JSON.parse(JSON.stringify(history)));
    await ask(kernel, history.addUser('And now?'));
    await ask(kernel, copy.addUser('And now?'));
    const [, , third, fourth] = loopback.requests.map(({ body }) => JSON.stringify(body));
    expect(fourth).to.equal(third);
  });

  inBothModes('leaves out a call that was dropped when the model had to answer', async (ask) => {
    const loopback = await serve((response, { body }) =>
      respond(response, body, { output: [REASONING, message('Enough.'), call('late', 'lab-run', '{"code":"1"}')] }),
    );
    const kernel = kernelFor(loopback);
    const history = new ChatHistory().addUser('Go');
    const first = await ask(kernel, history, { functions: FunctionChoiceBehavior.none() });
    expect(first.text).to.equal('Enough.');
    expect(loopback.requests[0]?.body.tool_choice).to.equal('none');
    await ask(kernel, history.addUser('More'), { functions: FunctionChoiceBehavior.none() });
    const types = loopback.requests[1]?.body.input.map(
      (item: { type?: string; role?: string }) => item.type ?? item.role,
    );
    expect(types).to.deep.equal(['user', 'reasoning', 'message', 'user']);
  });

  inBothModes('sends what a prompt filter makes of a message, and nothing of the items that it was', async (ask) => {
    const edits: readonly (readonly [(said: AssistantMessage) => AssistantMessage, object[]])[] = [
      [
        (said) => ({ ...said, content: 'My number is ***.' }),
        [{ role: 'assistant', content: 'My number is ***.' }, plainCall('c1', '{"code":"123"}')],
      ],
      [
        (said) => ({ ...said, toolCalls: said.toolCalls?.map((each) => ({ ...each, arguments: '{"code":"***"}' })) }),
        [{ role: 'assistant', content: 'My number is 123.' }, plainCall('c1', '{"code":"***"}')],
      ],
      [
        (said) => ({ ...said, toolCalls: said.toolCalls?.map((each) => ({ ...each, arguments: '{}' })) }),
        [{ role: 'assistant', content: 'My number is 123.' }, plainCall('c1', '{}')],
      ],
      [(said) => ({ ...said, content: null }), [plainCall('c1', '{"code":"123"}')]],
      [
        (said) => ({ ...said, refusal: 'No.' }),
        [{ role: 'assistant', content: 'My number is 123.' }, plainCall('c1', '{"code":"123"}')],
      ],
    ];
    for (const [edit, expected] of edits) {
      const first = [REASONING, message('My number is 123.'), call('c1', 'lab-run', '{"code":"123"}')];
      const last = [REASONING, message('Done.')];
      const loopback = await serve((response, { body }, place) =>
        respond(response, body, { output: place === 1 ? first : last }),
      );
      const kernel = kernelFor(loopback);
      kernel.addFilter('prompt', async (context, next) => {
        context.messages = context.messages.map((each) =>
          each.role === 'assistant' && each.toolCalls !== undefined ? edit(each) : each,
        );
        await next();
      });
      const history = new ChatHistory().addUser('Go');
      await ask(kernel, history);
      await ask(kernel, history.addUser('And now?'));
      const output = { type: 'function_call_output', call_id: 'c1', output: 'ran 123' };
      const asked = { role: 'user', content: 'And now?' };
      const input = loopback.requests[2]?.body.input;
      expect(input.slice(1)).to.deep.equal([...expected, output, ...last, asked]);
      expect(loopback.requests.flatMap(({ body }) => responsesProblems(body))).to.deep.equal([]);
      await loopback.stop();
    }
  });

  inBothModes('sends no reasoning without the item that it led to', async (ask) => {
    const reasoning = (id: string): object => ({ ...REASONING, id });
    const loopback = await serve((response, { body }) =>
      respond(response, body, {
        output: [
          reasoning('rs_1'),
          call('c1', 'lab-run', '{}'),
          reasoning('rs_2'),
          reasoning('rs_3'),
          message('Enough.'),
          call('c2', 'lab-run', '{}'),
          reasoning('rs_4'),
          { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c3', name: 'grammar', input: 'x' },
          reasoning('rs_5'),
        ],
      }),
    );
    const kernel = kernelFor(loopback);
    const functions = FunctionChoiceBehavior.none();
    const history = new ChatHistory().addUser('Go');
    const warnings = collectWarnings('KernelWarning');
    await ask(kernel, history, { functions });
    expect(await warnings.take()).to.deep.equal([
      'The model made a call of the type "custom_tool_call", which is not supported; it is ignored.',
    ]);
    await ask(kernel, history.addUser('More'), { functions });
    const sent = loopback.requests[1]?.body.input.map((item: { id?: string; role?: string }) => item.id ?? item.role);
    expect(sent).to.deep.equal(['user', 'rs_2', 'rs_3', 'msg_1', 'user']);
  });

  inBothModes('sends every call of a service that gives two the same id', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      respond(response, body, {
        output:
          place === 1
            ? [REASONING, call('c1', 'lab-run', '{"code":"1"}'), call('c1', 'lab-run', '{"code":"2"}')]
            : [message('Done.')],
      }),
    );
    await ask(kernelFor(loopback), 'Go');
    const body = loopback.requests[1]?.body;
    expect(responsesProblems(body)).to.deep.equal([]);
    const outputs = body.input.flatMap((item: { output?: string }) => item.output ?? []);
    expect(outputs).to.deep.equal(['ran 1', 'ran 2']);
  });

  inBothModes('sends a named choice, and a history of another service', async (ask) => {
    const loopback = await serve((response, { body }) => respond(response, body, { output: [message('Yes.')] }));
    const history = new ChatHistory([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: 'Hm.', toolCalls: [{ id: 'x', name: 'lab-run', arguments: '{"code":"2"}' }] },
      { role: 'tool', toolCallId: 'x', name: 'lab-run', content: 'ran 2' },
    ]);
    await ask(kernelFor(loopback), history, { functions: FunctionChoiceBehavior.required({ name: 'lab-run' }) });
    const body = loopback.requests[0]?.body;
    expect(body.tool_choice).to.deep.equal({ type: 'function', name: 'lab-run' });
    expect(body.input.slice(1)).to.deep.equal([
      { role: 'assistant', content: 'Hm.' },
      { type: 'function_call', call_id: 'x', name: 'lab-run', arguments: '{"code":"2"}' },
      { type: 'function_call_output', call_id: 'x', output: 'ran 2' },
    ]);
  });

  inBothModes('sends no item twice, where a filter gives an answer again or a server reuses ids', async (ask) => {
    const said = [REASONING, message('It is 42.')];
    const loopback = await serve((response, { body }) => respond(response, body, { output: said }));
    const kernel = kernelFor(loopback);
    const history = new ChatHistory();
    let kept: ChatResponse | undefined;
    kernel.addFilter('prompt', async (context, next) => {
      if (context.messages.length === 3) context.response = kept as ChatResponse;
      else await next();
      kept = context.response as ChatResponse;
    });
    for (const question of ['What is it?', 'And now?', 'Still?']) await ask(kernel, history.addUser(question));
    expect(loopback.requests[1]?.body.input).to.deep.equal([
      { role: 'user', content: 'What is it?' },
      ...said,
      { role: 'user', content: 'And now?' },
      { role: 'assistant', content: 'It is 42.' },
      { role: 'user', content: 'Still?' },
    ]);
  });

  inBothModes('keeps settings beside those that `extra` has for the same field', async (ask) => {
    const loopback = await serve((response, { body }) => respond(response, body, { output: [message('Done.')] }));
    const kernel = kernelFor(loopback);
    const responseFormat = { type: 'json_object' };
    for (const extra of [
      { reasoning: { summary: 'auto' }, text: { verbosity: 'low' }, user: 'u' },
      { reasoning: { effort: 'high' }, text: null },
    ]) {
      await ask(kernel, 'Go', { settings: { reasoningEffort: 'low', responseFormat, extra } });
    }
    const sent = loopback.requests.map(({ body: { reasoning, text, user } }) => ({ reasoning, text, user }));
    expect(sent).to.deep.equal([
      { reasoning: { effort: 'low', summary: 'auto' }, text: { format: responseFormat, verbosity: 'low' }, user: 'u' },
      { reasoning: { effort: 'high' }, text: null, user: undefined },
    ]);
  });

  inBothModes('reports an answer that was cut, filtered or refused', async (ask) => {
    const answers = [
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [message('Half an')] },
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] },
      { output: [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'I will not.' }] }] },
    ];
    const loopback = await serve((response, { body }, place) => respond(response, body, answers[place - 1] ?? {}));
    const kernel = kernelFor(loopback);
    expect((await ask(kernel, 'Go')).stopReason).to.equal('length');
    expect((await ask(kernel, 'Go')).stopReason).to.equal('content_filter');
    const refused = await ask(kernel, 'Go');
    expect([refused.stopReason, refused.text]).to.deep.equal(['refusal', 'I will not.']);
  });

  inBothModes('25: runs no call of an answer that was cut off, for whatever reason', async (ask) => {
    const cutCall = { ...call('c2', 'lab-run', '{"code":"rm"}'), status: 'incomplete' };
    const whole = call('c1', 'lab-run', '{"code":"1"}');
    for (const fields of [
      { status: 'incomplete', incomplete_details: null, output: [whole] },
      { status: 'incomplete', incomplete_details: { reason: 'max_tool_calls' }, output: [whole] },
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [whole] },
      { output: [whole, cutCall] },
    ]) {
      const loopback = await serve((response, { body }, place) =>
        respond(response, body, place === 1 ? fields : { output: [message('Done.')] }),
      );
      const history = new ChatHistory().addUser('Go');
      const result = await ask(kernelFor(loopback), history);
      expect(result).to.include({ stopReason: 'completed', attempts: 2 });
      const texts = toolTexts(history.messages);
      expect(texts).to.have.lengthOf(fields.output.length);
      for (const text of texts) expect(text).to.match(/^Error: the call to "lab-run" was cut off/);
      await loopback.stop();
    }
  });

  inBothModes('reports text that was cut off without a reason that is known', async (ask) => {
    for (const details of [null, { reason: 'max_tool_calls' }]) {
      const cut = { status: 'incomplete', incomplete_details: details, output: [message('Half an')] };
      const loopback = await serve((response, { body }) => respond(response, body, cut));
      expect(await ask(kernelFor(loopback), 'Go')).to.include({ stopReason: 'length', text: 'Half an' });
      await loopback.stop();
    }
  });

  inBothModes('rejects with what came where the answer failed, was cancelled, or is not at its end', async (ask) => {
    const ready = [message('Fine.'), call('c1', 'lab-run', '{"code":"1"}')];
    const failed = 'The chat service failed: ';
    for (const [fields, code, text] of [
      [{ status: 'failed', error: null, output: ready }, 'service_failed', `${failed}no reason given.`],
      [{ status: 'cancelled', output: ready }, 'service_failed', `${failed}the answer was cancelled.`],
      [{ error: { message: 'It broke.' }, output: ready }, 'service_failed', `${failed}It broke.`],
      [{ error: { code: 502 }, output: ready }, 'service_failed', `${failed}502.`],
      [{ error: 'overloaded', output: ready }, 'service_failed', `${failed}overloaded.`],
      [{ status: 'queued', output: ready }, 'invalid_response', undefined],
      [{ status: 'in_progress', output: ready }, 'invalid_response', undefined],
      [{ status: 'of another kind', output: ready }, 'invalid_response', undefined],
    ] as const) {
      const loopback = await serve((response, { body }) => respond(response, body, fields));
      const history = new ChatHistory().addUser('Go');
      const error = await rejection(ask(kernelFor(loopback), history));
      expect(isKernelError(error) && error.code).to.equal(code);
      if (text !== undefined) expect(error).to.have.property('message', text);
      expect(history.messages).to.have.length(1);
      await loopback.stop();
    }
  });

  it('says which status an answer has that is not at its end', async () => {
    const loopback = await serve((response, { body }) => respond(response, body, { status: 'queued', output: [] }));
    expect(await rejection(kernelFor(loopback).chat('Go'))).to.have.property(
      'message',
      'The chat service gave an answer with the status "queued", before its end: leave `background` out of `settings.extra`.',
    );
  });

  it('takes the end of a stream from its last event where the answer in it has no status', async () => {
    for (const [ending, expected] of [
      ['completed', 'ran 1'],
      ['incomplete', 'Error: the call to "lab-run" was cut off'],
      ['failed', undefined],
      ['cancelled', undefined],
    ] as const) {
      const output = [call('c1', 'lab-run', '{"code":"1"}')];
      const loopback = await serve((response, _, place) =>
        sendEvents(
          response,
          place === 1
            ? { type: `response.${ending}`, response: { output } }
            : { type: 'response.completed', response: whole({ output: [message('Done.')] }) },
        ),
      );
      const outcome = kernelFor(loopback).chatStream('Go').result;
      if (expected === undefined) expect(await rejection(outcome)).to.include({ code: 'service_failed' });
      else expect(toolTexts((await outcome).messages)[0]).to.satisfy((text: string) => text.startsWith(expected));
      await loopback.stop();
    }
  });

  inBothModes('takes an `error` with nothing in it for none', async (ask) => {
    for (const error of [null, '', {}, { code: null, message: '' }]) {
      const loopback = await serve((response, { body }) =>
        respond(response, body, { error, output: [message('Hi.')] }),
      );
      expect((await ask(kernelFor(loopback), 'Go')).text).to.equal('Hi.');
      await loopback.stop();
    }
  });

  inBothModes('rejects with the reason of a service that fails, and keeps the history', async (ask) => {
    const failed = { status: 'failed', error: { code: 'server_error', message: 'The model broke' }, output: [] };
    const loopback = await serve((response, { body }) => respond(response, body, failed));
    const history = new ChatHistory().addUser('Go');
    const error = await rejection(ask(kernelFor(loopback), history));
    expect(isKernelError(error) && [error.code, error.message]).to.deep.equal([
      'service_failed',
      'The chat service failed: The model broke.',
    ]);
    expect(history.messages).to.have.length(1);
  });

  it('streams text and reasoning as they come', async () => {
    const loopback = await serve((response) =>
      sendEvents(
        response,
        { type: 'response.reasoning_summary_text.delta', delta: 'Thinking.' },
        { type: 'response.output_text.delta', delta: 'Hello, ' },
        { type: 'response.output_text.delta', delta: 'you.' },
        { type: 'response.completed', response: whole({ output: [message('Hello, you.')] }) },
      ),
    );
    const texts: string[] = [];
    for await (const event of kernelFor(loopback).chatStream('Hi')) {
      if (event.type === 'text' || event.type === 'reasoning') texts.push(`${event.type}: ${event.text}`);
    }
    expect(texts).to.deep.equal(['reasoning: Thinking.', 'text: Hello, ', 'text: you.']);
  });

  it('takes a stream that ends early for no answer', async () => {
    const loopback = await serve((response) => {
      beginEvents(response, { type: 'response.output_text.delta', delta: 'Half' });
      response.end();
    });
    const error = await rejection(kernelFor(loopback).chatStream('Hi').result);
    expect(isKernelError(error) && [error.code, error.data?.['partialText']]).to.deep.equal([
      'invalid_response',
      'Half',
    ]);
  });

  it('refuses a setting that the API lacks, and says which', async () => {
    const loopback = await serve((response, { body }) => respond(response, body, { output: [message('Hi')] }));
    const error = await rejection(kernelFor(loopback).chat('Hi', { settings: { seed: 1 } }));
    expect(isKernelError(error) && [error.code, /`seed`/.test(error.message)]).to.deep.equal(['invalid_options', true]);
    expect(loopback.requests).to.deep.equal([]);
  });

  inBothModes('is what Chat Completions points to when a reasoning model refuses functions there', async (ask) => {
    const refusal = {
      error: {
        message:
          'Function tools with reasoning_effort are not supported for gpt-test in /v1/chat/completions. Please use /v1/responses instead.',
        type: 'invalid_request_error',
      },
    };
    const { url } = await serve((response) => sendJson(response, refusal, 400));
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test', maxRetries: 0 });
    const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'gpt-test' }) });
    addLab(kernel, { run: () => 'ran' });
    const history = new ChatHistory().addUser('Go');
    const error = await rejection(ask(kernel, history));
    expect(isKernelError(error) && error.code).to.equal('service_failed');
    expect(isKernelError(error) && error.message).to.match(/use OpenAIResponses, or set `reasoningEffort: 'none'`/);
    expect(toolTexts(history.messages)).to.deep.equal([]);
  });
});

function call(id: string, name: string, args: string): object {
  return { type: 'function_call', id: `fc_${id}`, call_id: id, name, arguments: args, status: 'completed' };
}

function plainCall(id: string, args: string): object {
  return { type: 'function_call', call_id: id, name: 'lab-run', arguments: args };
}

function message(text: string): object {
  return { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] };
}

function usage(input: number, output: number): object {
  return {
    input_tokens: input,
    output_tokens: output,
    input_tokens_details: { cached_tokens: 2 },
    output_tokens_details: { reasoning_tokens: 1 },
  };
}

function whole(fields: object): object {
  return { id: 'resp_1', object: 'response', model: 'gpt-test-1', status: 'completed', ...fields };
}

/** Answers in the form that was asked for: whole, or as the events that end a stream. */
function respond(
  response: ServerResponse,
  body: { readonly stream?: boolean },
  fields: { readonly status?: string; readonly [field: string]: unknown },
): void {
  if (body.stream === true)
    sendEvents(response, { type: `response.${fields.status ?? 'completed'}`, response: whole(fields) });
  else sendJson(response, whole(fields));
}
