import { expect } from 'chai';
import OpenAI, { APIError } from 'openai';
import { ChatHistory, FunctionChoiceBehavior, Kernel, isKernelError } from '../../src/index.js';
import type { ChatOptions } from '../../src/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';
import { addLab, closed, roles, toolTexts } from '../helpers/a-kernel.js';
import { wireProblems } from '../helpers/check-wire-request.js';
import { fakeClient } from '../helpers/fake-client.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { beginEvents, sendEvents, sendJson, startLoopback } from '../helpers/loopback.js';
import type { Loopback, ReceivedRequest } from '../helpers/loopback.js';
import { thrownBy } from '../helpers/thrown-by.js';
import type { ServerResponse } from 'node:http';

type Profile = NonNullable<ConstructorParameters<typeof OpenAIChatCompletion>[0]['profile']>;

const CODE = closed({ code: { type: 'string' } }, ['code']);

describe('OpenAIChatCompletion on the wire', () => {
  let server: Loopback | undefined;

  afterEach(async () => {
    const problems = server?.requests.flatMap(({ body }) => wireProblems(body)) ?? [];
    await server?.stop();
    server = undefined;
    expect(problems).to.deep.equal([]);
  });

  async function serve(
    answer: (response: ServerResponse, request: ReceivedRequest, place: number) => void,
  ): Promise<Loopback> {
    server = await startLoopback(answer);
    return server;
  }

  function kernelFor({ url }: Loopback, options: { profile?: Profile; maxRetries?: number } = {}): Kernel {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test', maxRetries: options.maxRetries ?? 0 });
    return new Kernel({
      services: new OpenAIChatCompletion({
        client,
        model: 'gpt-test',
        ...(options.profile && { profile: options.profile }),
      }),
    });
  }

  inBothModes('maps a conversation with calls, both ways', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? say(
            response,
            body,
            {
              content: 'Let me see.',
              tool_calls: [wireCall('a', 'lab.run', '{"code":"1"}'), wireCall('b', 'lab-run', 'not JSON')],
            },
            'tool_calls',
          )
        : say(response, body, { content: 'Done.' }, 'stop'),
    );
    const kernel = kernelFor(loopback);
    addLab(kernel, {
      run: [{ description: 'Runs code.', input: CODE, strict: true }, ({ code }) => `ran ${String(code)}`],
    });
    const history = new ChatHistory().addSystem('Be brief.').addUser('Go');
    const result = await ask(kernel, history, { functions: FunctionChoiceBehavior.auto({ parallelCalls: true }) });
    const tools = [
      { type: 'function', function: { name: 'lab-run', description: 'Runs code.', parameters: CODE, strict: true } },
    ];
    const [first, second] = loopback.requests.map(({ body }) => withoutStream(body));
    const begin = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Go' },
    ];
    expect(first).to.deep.equal({
      model: 'gpt-test',
      messages: begin,
      tools,
      tool_choice: 'auto',
      parallel_tool_calls: true,
    });
    const bad = toolTexts(history.messages)[1] ?? '';
    expect(bad).to.match(/^Error: the arguments for "lab-run" are not valid JSON/);
    expect(second).to.deep.equal({
      model: 'gpt-test',
      messages: [
        ...begin,
        {
          role: 'assistant',
          content: 'Let me see.',
          tool_calls: [wireCall('a', 'lab-run', '{"code":"1"}'), wireCall('b', 'lab-run', '{}')],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ran 1' },
        { role: 'tool', tool_call_id: 'b', content: bad },
      ],
      tools,
      tool_choice: 'auto',
      parallel_tool_calls: true,
    });
    expect(result).to.include({ text: 'Done.', stopReason: 'completed', attempts: 2 });
    expect(result.usage).to.deep.equal({ inputTokens: 20, outputTokens: 10, cachedInputTokens: 4, reasoningTokens: 2 });
    expect(result.response).to.include({ id: 'chatcmpl-1', model: 'gpt-test-2026' });
    expect(loopback.requests[0]?.path).to.equal('/v1/chat/completions');
  });

  inBothModes('sends content: null with calls alone, and tells apart what is missing', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? say(response, body, { content: null, tool_calls: [wireCall('a', 'lab-run', '{}')] }, null)
        : say(response, body, { content: 'Done.' }, 'stop'),
    );
    const kernel = kernelFor(loopback);
    addLab(kernel, { run: () => 'ok' });
    await ask(kernel, 'Go');
    const assistant: unknown = loopback.requests[1]?.body.messages[1];
    expect(assistant).to.deep.equal({ role: 'assistant', content: null, tool_calls: [wireCall('a', 'lab-run', '{}')] });
  });

  inBothModes('60: says nothing of functions when none are offered', async (ask) => {
    const loopback = await serve((response, { body }) => say(response, body, { content: 'Hello.' }, 'stop'));
    const kernel = kernelFor(loopback);
    await ask(kernel, 'Hi', { functions: FunctionChoiceBehavior.auto({ parallelCalls: false }) });
    expect(withoutStream(loopback.requests[0]?.body)).to.deep.equal({
      model: 'gpt-test',
      messages: [{ role: 'user', content: 'Hi' }],
    });
  });

  inBothModes('passes settings on under the names of the wire', async (ask) => {
    const loopback = await serve((response, { body }) => say(response, body, { content: 'Hello.' }, 'stop'));
    const settings: NonNullable<ChatOptions['settings']> = {
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      stop: ['x'],
      seed: 7,
      responseFormat: { type: 'json_object' },
      reasoningEffort: 'low',
      extra: { user: 'u', logit_bias: { 1: 2 } },
    };
    await ask(kernelFor(loopback), 'Hi', { settings });
    expect(withoutStream(loopback.requests[0]?.body)).to.deep.equal({
      model: 'gpt-test',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ['x'],
      seed: 7,
      response_format: { type: 'json_object' },
      reasoning_effort: 'low',
      user: 'u',
      logit_bias: { 1: 2 },
    });
  });

  inBothModes('replays what DeepSeek and Gemini want back', async (ask) => {
    const signed = { ...wireCall('a', 'lab-run', '{}'), extra_content: { google: { thought_signature: 's' } } };
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? say(response, body, { content: null, reasoning_content: 'hm', tool_calls: [signed] }, 'tool_calls')
        : say(response, body, { content: 'Done.' }, 'stop'),
    );
    const kernel = kernelFor(loopback, { profile: 'gemini' });
    addLab(kernel, { run: () => 'ok' });
    const history = new ChatHistory().addUser('Go');
    await ask(kernel, history);
    const assistant: unknown = loopback.requests[1]?.body.messages[1];
    expect(assistant).to.deep.equal({
      role: 'assistant',
      content: null,
      reasoning_content: 'hm',
      tool_calls: [signed],
    });
    expect(ChatHistory.from(JSON.parse(JSON.stringify(history))).messages).to.deep.equal(history.messages);
  });

  inBothModes('28: reads a refusal', async (ask) => {
    const loopback = await serve((response, { body }) =>
      say(response, body, { content: null, refusal: 'No.' }, 'stop'),
    );
    expect(await ask(kernelFor(loopback), 'Hi')).to.include({ text: 'No.', stopReason: 'refusal' });
  });

  it('rejects with the reason of an answer that failed once it had begun', async () => {
    const calls = [wireCall('a', 'lab-run', '{}')];
    const died = { code: 502, message: 'upstream died' };
    for (const [fields, around, text] of [
      [{ finish_reason: 'error', error: died }, {}, 'upstream died'],
      [{ finish_reason: 'error' }, { error: died }, 'upstream died'],
      [{ finish_reason: 'error' }, {}, 'no reason given'],
      [{ finish_reason: 'tool_calls', error: { code: 502 } }, {}, '502'],
      [{ finish_reason: 'tool_calls' }, { error: died }, 'upstream died'],
    ] as const) {
      const message = { role: 'assistant', content: 'Once', tool_calls: calls };
      const plain = { choices: [{ index: 0, message, ...fields }], ...around };
      const pieces = [chunk({ content: 'Once' }), chunk({ tool_calls: calls })];
      const client = fakeClient(plain, [...pieces, { choices: [{ index: 0, delta: {}, ...fields }], ...around }]);
      const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'm' }) });
      addLab(kernel, { run: () => 'ran' });
      for (const isStreamed of [false, true]) {
        const history = new ChatHistory().addUser('Go');
        const run = isStreamed ? kernel.chatStream(history).result : kernel.chat(history);
        const error = await rejection(run);
        expect(isKernelError(error) && [error.code, error.message, error.data?.['partialText']]).to.deep.equal([
          'service_failed',
          `The chat service failed: ${text}.`,
          isStreamed ? 'Once' : undefined,
        ]);
        expect(history.messages).to.have.lengthOf(1);
      }
    }
  });

  it('rejects with the error that comes instead of the rest of a stream', async () => {
    const client = fakeClient({}, [chunk({ content: 'Once' }), { error: { message: 'overloaded' } }]);
    const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'm' }) });
    expect(await rejection(kernel.chatStream('Go').result)).to.include({
      code: 'service_failed',
      message: 'The chat service failed: overloaded.',
    });
  });

  it('asks for a named function, and takes the tools away from servers that ignore "none"', async () => {
    for (const [profile, last] of [
      ['generic', 'none'],
      ['ollama', undefined],
    ] as const) {
      const loopback = await serve((response, { body }, place) =>
        place === 1
          ? say(response, body, { content: null, tool_calls: [wireCall('a', 'lab-run', '{}')] }, 'tool_calls')
          : say(response, body, { content: 'Done.' }, 'stop'),
      );
      const kernel = kernelFor(loopback, { profile });
      addLab(kernel, { run: () => 'ok' });
      const functions = FunctionChoiceBehavior.required({ name: 'lab-run', maxAttempts: 1, parallelCalls: false });
      await kernel.chat('Go', { functions });
      const [first, second] = loopback.requests.map(({ body }) => body as Record<string, unknown>);
      expect(first?.['tool_choice']).to.deep.equal({ type: 'function', function: { name: 'lab-run' } });
      expect(first?.['parallel_tool_calls']).to.equal(profile === 'generic' ? false : undefined);
      expect(second?.['tool_choice']).to.equal(last);
      expect('tools' in (second ?? {})).to.equal(profile === 'generic');
      await loopback.stop();
    }
  });

  for (const [profile, expected] of [
    ['generic', { maxTokens: 'max_tokens', role: 'system', strict: true }],
    ['openai', { maxTokens: 'max_completion_tokens', role: 'developer', strict: true }],
    ['ollama', { maxTokens: 'max_tokens', role: 'system', strict: false }],
    ['vllm', { maxTokens: 'max_tokens', role: 'system', strict: true }],
    ['lmstudio', { maxTokens: 'max_tokens', role: 'system', strict: false }],
    ['gemini', { maxTokens: 'max_tokens', role: 'system', strict: false }],
    ['deepseek', { maxTokens: 'max_tokens', role: 'system', strict: false }],
  ] as const) {
    inBothModes(`speaks as the profile ${profile} does`, async (ask) => {
      const loopback = await serve((response, { body }) => say(response, body, { content: 'Hello.' }, 'stop'));
      const kernel = kernelFor(loopback, { profile });
      addLab(kernel, { run: [{ input: CODE, strict: true }, () => ''] });
      await ask(kernel, new ChatHistory().addSystem('Be brief.').addUser('Hi'), { settings: { maxTokens: 5 } });
      const body = loopback.requests[0]?.body as Record<string, unknown>;
      expect(body).to.have.property(expected.maxTokens, 5);
      expect(body).to.have.nested.property('messages[0].role', expected.role);
      expect(JSON.stringify(body).includes('"strict":true')).to.equal(expected.strict);
      if (body['stream'] === true) expect(body['stream_options']).to.deep.equal({ include_usage: true });
      else expect(body).not.to.have.property('stream_options');
    });
  }

  it('streams text and reasoning as they come', async () => {
    const loopback = await serve((response) =>
      sendEvents(
        response,
        chunk({ role: 'assistant', content: '' }),
        { choices: [] },
        chunk({ reasoning_content: 'hm' }),
        chunk({ content: 'Once ' }),
        { id: 'x', choices: [{ index: 0, delta: {}, content_filter_offsets: {} }] },
        chunk({ content: 'upon' }),
        chunk({}, 'stop'),
        { choices: [], usage: USAGE },
      ),
    );
    const stream = kernelFor(loopback).chatStream('Hi');
    const seen: string[] = [];
    for await (const event of stream)
      if (event.type === 'text' || event.type === 'reasoning') seen.push(`${event.type} ${event.text}`);
    expect(seen).to.deep.equal(['reasoning hm', 'text Once ', 'text upon']);
    const result = await stream.result;
    expect(result).to.include({ text: 'Once upon', stopReason: 'completed' });
    expect(result.message.extra).to.deep.equal({ reasoning_content: 'hm' });
    expect(result.usage).to.deep.include({ inputTokens: 10, outputTokens: 5 });
  });

  it('understands characters that are cut in two between packets', async () => {
    const loopback = await serve((response) => {
      beginEvents(response);
      const bytes = Buffer.from(
        `data: ${JSON.stringify(chunk({ content: 'grüße 😀' }))}\n\ndata: ${JSON.stringify(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n`,
      );
      const middle = bytes.indexOf(Buffer.from('😀')) + 2;
      response.write(bytes.subarray(0, middle));
      setImmediate(() => response.end(bytes.subarray(middle)));
    });
    expect((await kernelFor(loopback).chatStream('Hi').result).text).to.equal('grüße 😀');
  });

  it("runs the calls of a stream in Ollama's way: all with index 0", async () => {
    const loopback = await serve((response, _, place) =>
      place === 1
        ? sendEvents(
            response,
            chunk({ tool_calls: [{ index: 0, ...wireCall('a', 'lab-run', '{"code":"1"}') }] }),
            chunk({ tool_calls: [{ index: 0, ...wireCall('b', 'lab-run', '{"code":"2"}') }] }),
            chunk({}, 'stop'),
          )
        : sendEvents(response, chunk({ content: 'Done.' }), chunk({}, 'stop')),
    );
    const kernel = kernelFor(loopback, { profile: 'ollama' });
    addLab(kernel, { run: ({ code }) => `ran ${String(code)}` });
    const result = await kernel.chatStream('Go').result;
    expect(toolTexts(result.messages)).to.deep.equal(['ran 1', 'ran 2']);
  });

  inBothModes(
    'offers LM Studio the one function that is required, since it takes no name for a choice',
    async (ask) => {
      const loopback = await serve((response, { body }, place) =>
        place === 1
          ? say(response, body, { content: null, tool_calls: [wireCall('a', 'lab-run', '{}')] }, 'tool_calls')
          : say(response, body, { content: 'Done.' }, 'stop'),
      );
      const kernel = kernelFor(loopback, { profile: 'lmstudio' });
      addLab(kernel, { run: () => 'ok', other: () => 'no' });
      await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.required({ name: 'lab-run' }) });
      const shown = loopback.requests.map(({ body }) => [
        body.tool_choice,
        body.tools.map((tool: { function: { name: string } }) => tool.function.name),
      ]);
      expect(shown).to.deep.equal([
        ['required', ['lab-run']],
        ['auto', ['lab-run', 'lab-other']],
      ]);
    },
  );

  it("runs the calls of a stream in LM Studio's way: empty ids, and an empty list with the text", async () => {
    const loopback = await serve((response, _, place) =>
      place === 1
        ? sendEvents(
            response,
            chunk({ tool_calls: [{ index: 0, ...wireCall('', 'lab-run', '{}') }] }),
            chunk({ tool_calls: [] }, 'stop'),
          )
        : sendEvents(response, chunk({ content: 'Done.', tool_calls: [] }), chunk({ tool_calls: null }, 'stop')),
    );
    const kernel = kernelFor(loopback, { profile: 'lmstudio' });
    addLab(kernel, { run: () => 'ok' });
    const result = await kernel.chatStream('Go').result;
    expect(toolTexts(result.messages)).to.deep.equal(['ok']);
    expect(result.text).to.equal('Done.');
  });

  it('80: proceeds with whole calls of a stream without a finish reason, and rejects those that are not', async () => {
    const pieces = ['{"code"', ':"1"}'];
    for (const whole of [true, false]) {
      const loopback = await serve((response, _, place) => {
        const begin = chunk({ tool_calls: [{ index: 0, ...wireCall('a', 'lab-run', pieces[0] ?? '') }] });
        const rest = chunk({ tool_calls: [{ index: 0, function: { arguments: pieces[1] } }] });
        if (place > 1) return sendEvents(response, chunk({ content: 'Done.' }), chunk({}, 'stop'));
        return whole ? sendEvents(response, begin, rest) : sendEvents(response, begin);
      });
      const kernel = kernelFor(loopback);
      addLab(kernel, { run: ({ code }) => `ran ${String(code)}` });
      const history = new ChatHistory().addUser('Go');
      const outcome = kernel.chatStream(history).result;
      if (whole) expect((await outcome).text).to.equal('Done.');
      else expect(await rejection(outcome)).to.include({ code: 'invalid_response' });
      expect(toolTexts(history.messages)).to.deep.equal(whole ? ['ran 1'] : []);
      await loopback.stop();
    }
  });

  it('80: takes arguments that never came for none only where the stream was not cut', async () => {
    const whole = { index: 0, ...wireCall('a', 'lab-run', '{"code":"1"}') };
    const begun = { index: 1, ...wireCall('b', 'lab-run', '') };
    for (const [pieces, reason, expected] of [
      [[{ ...begun, index: 0 }], null, []],
      [[{ ...begun, index: 0 }], '', []],
      [[whole, begun], null, []],
      [[whole, { index: 1, id: 'b' }], null, []],
      [[{ ...begun, index: 0 }], 'tool_calls', ['ran {}']],
      [[{ ...begun, index: 0 }], 'stop', ['ran {}']],
      [[whole, begun], 'tool_calls', ['ran {"code":"1"}', 'ran {}']],
    ] as const) {
      const loopback = await serve((response, _, place) => {
        if (place > 1) return sendEvents(response, chunk({ content: 'Done.' }), chunk({}, 'stop'));
        const calls = pieces.map((piece) => chunk({ tool_calls: [piece] }));
        return sendEvents(response, ...calls, ...(reason === null ? [] : [chunk({}, reason)]));
      });
      const kernel = kernelFor(loopback);
      addLab(kernel, { run: (given) => `ran ${JSON.stringify(given)}` });
      const history = new ChatHistory().addUser('Go');
      const outcome = kernel.chatStream(history).result;
      if (expected.length > 0) expect((await outcome).text).to.equal('Done.');
      else expect(await rejection(outcome)).to.include({ code: 'invalid_response' });
      expect(toolTexts(history.messages)).to.deep.equal(expected);
      await loopback.stop();
    }
  });

  it('reads the first choice of a stream that has several, and nothing of the others', async () => {
    const other = (delta: object, reason: string | null = null): object => ({ index: 1, delta, finish_reason: reason });
    const first = (delta: object, reason: string | null = null): object => ({ index: 0, delta, finish_reason: reason });
    const loopback = await serve((response) =>
      sendEvents(
        response,
        { choices: [other({ content: 'Bad ' })] },
        { choices: [other({ content: 'day' }), first({ content: 'Good ' })] },
        {
          choices: [other({ refusal: 'No.', tool_calls: [{ index: 0, ...wireCall('a', 'lab-run', '{}') }] }, 'length')],
        },
        { choices: [{ delta: { content: 'morning' } }] },
        { choices: [first({}, 'stop')] },
        { choices: [other({ content: '!' }, 'content_filter')] },
      ),
    );
    const kernel = kernelFor(loopback);
    addLab(kernel, { run: () => 'ran' });
    const stream = kernel.chatStream('Hi');
    const texts: string[] = [];
    for await (const event of stream) if (event.type === 'text') texts.push(event.text);
    expect(texts).to.deep.equal(['Good ', 'morning']);
    expect(await stream.result).to.include({ text: 'Good morning', stopReason: 'completed', attempts: 1 });
  });

  it('takes a stream for cut when only another choice of it has ended', async () => {
    const loopback = await serve((response) =>
      sendEvents(response, chunk({ content: 'Half' }), {
        choices: [{ index: 1, delta: { content: 'Whole' }, finish_reason: 'stop' }],
      }),
    );
    const error = await rejection(kernelFor(loopback).chatStream('Hi').result);
    expect(isKernelError(error) && [error.code, error.data?.['partialText']]).to.deep.equal([
      'invalid_response',
      'Half',
    ]);
  });

  it('79: rejects with the text so far when the server breaks the connection in the middle', async () => {
    const loopback = await serve((response) => {
      beginEvents(response, chunk({ content: 'Once ' }), chunk({ content: 'upon' }));
      setImmediate(() => response.destroy());
    });
    const history = new ChatHistory().addUser('Go');
    const texts: string[] = [];
    const stream = kernelFor(loopback).chatStream(history);
    const error = await rejection(
      (async () => {
        for await (const text of stream.text()) texts.push(text);
      })(),
    );
    expect(error).to.satisfy(isKernelError).and.include({ code: 'service_failed' });
    expect(error).to.have.nested.property('data.partialText', texts.join(''));
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  it('79: rejects a stream in which the server reports an error', async () => {
    const loopback = await serve((response) =>
      sendEvents(response, chunk({ content: 'Once ' }), { error: { message: 'overloaded' } }),
    );
    const error = await rejection(kernelFor(loopback).chatStream('Go').result);
    expect(error).to.satisfy(isKernelError).and.have.nested.property('data.partialText', 'Once ');
  });

  inBothModes('73: rejects with the reason and closes the connection when it is aborted', async (ask) => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const loopback = await serve((response, { body }) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      if ((body as { stream?: boolean }).stream === true) beginEvents(response, chunk({ content: 'Once ' }));
      setImmediate(() => controller.abort());
    });
    const history = new ChatHistory().addUser('Go');
    expect(await rejection(ask(kernelFor(loopback), history, { signal: controller.signal }))).to.equal(
      controller.signal.reason,
    );
    await closed;
    expect(roles(history.messages)).to.deep.equal(['user']);
    expect(loopback.requests).to.have.lengthOf(1);
  });

  it('82: closes the connection when the loop over the stream is left', async () => {
    let closed: Promise<unknown> | undefined;
    const loopback = await serve((response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      beginEvents(response, chunk({ content: 'Once ' }), chunk({ content: 'upon' }));
    });
    for await (const text of kernelFor(loopback).chatStream('Go').text()) {
      expect(text).to.equal('Once ');
      break;
    }
    await closed;
  });

  inBothModes('78: leaves the retry of a 429 to the SDK', async (ask) => {
    const loopback = await serve((response, { body }, place) =>
      place === 1
        ? sendJson(response, { error: { message: 'slow down' } }, 429, { 'retry-after-ms': '1' })
        : say(response, body, { content: 'Hello.' }, 'stop'),
    );
    const result = await ask(kernelFor(loopback, { maxRetries: 1 }), 'Hi');
    expect(result).to.include({ text: 'Hello.', attempts: 1 });
    expect(loopback.requests).to.have.lengthOf(2);
  });

  for (const status of [400, 401, 429, 500]) {
    inBothModes(`78: rejects for a ${status}, with the status`, async (ask) => {
      const loopback = await serve((response) => sendJson(response, { error: { message: 'no' } }, status));
      const history = new ChatHistory().addUser('Go');
      const error = await rejection(ask(kernelFor(loopback), history));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'service_failed' });
      expect(error).to.have.deep.property('data', { status });
      expect(error).to.have.property('cause').that.is.instanceOf(APIError);
      expect(roles(history.messages)).to.deep.equal(['user']);
    });
  }

  inBothModes('78: rejects when there is no server', async (ask) => {
    const loopback = await serve(() => {});
    const kernel = kernelFor(loopback);
    await loopback.stop();
    expect(await rejection(ask(kernel, 'Go'))).to.include({ code: 'service_failed' });
  });

  it('31: rejects a body that is an error with status 200, and says which', async () => {
    const loopback = await serve((response) => sendJson(response, { error: { message: 'model not loaded' } }));
    const error = await rejection(kernelFor(loopback).chat('Go'));
    expect(error).to.include({
      code: 'invalid_response',
      message: 'The chat service answered without `choices`: model not loaded.',
    });
  });
});

describe('OpenAIChatCompletion', () => {
  const client = { chat: { completions: { create: () => Promise.resolve({}) } } };

  it('checks its options', () => {
    for (const options of [
      { client: {}, model: 'm' },
      { client: { chat: { completions: {} } }, model: 'm' },
      { client: null, model: 'm' },
      { client, model: '' },
      { client, model: 'm', profile: 'nope' },
      { client, model: 'm', profile: 'constructor' },
    ]) {
      expect(thrownBy(() => new OpenAIChatCompletion(options as never)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_options' });
    }
  });

  it('is registered under its id, else its model', () => {
    const kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'm' }) });
    kernel.addService(new OpenAIChatCompletion({ client, model: 'm', id: 'other' }));
    expect([kernel.getService('m').modelId, kernel.getService('other').modelId]).to.deep.equal(['m', 'm']);
  });

  it('calls create() as a method of its owner', async () => {
    class Completions {
      readonly #answer = { choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }] };

      create(): object {
        return this.#answer;
      }
    }
    const service = new OpenAIChatCompletion({ client: { chat: { completions: new Completions() } }, model: 'm' });
    expect((await new Kernel({ services: service }).chat('Hi')).text).to.equal('Hello.');
  });
});

const USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  prompt_tokens_details: { cached_tokens: 2 },
  completion_tokens_details: { reasoning_tokens: 1 },
};

function wireCall(id: string, name: string, args: string): object {
  return { id, type: 'function', function: { name, arguments: args } };
}

function chunk(delta: object, finishReason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

/** Answers as the request asks: whole, or streamed in pieces. */
function say(
  response: ServerResponse,
  body: unknown,
  message: Record<string, unknown>,
  finishReason: string | null,
): void {
  const envelope = { id: 'chatcmpl-1', model: 'gpt-test-2026' };
  if ((body as { stream?: boolean }).stream !== true) {
    sendJson(response, {
      ...envelope,
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finishReason }],
      usage: USAGE,
    });
    return;
  }
  const { tool_calls: calls, ...rest } = message as { tool_calls?: { function: { arguments: string } }[] };
  const begun = (calls ?? []).map((call, index) =>
    chunk({ tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] }),
  );
  const args = (calls ?? []).map((call, index) =>
    chunk({ tool_calls: [{ index, function: { arguments: call.function.arguments } }] }),
  );
  sendEvents(
    response,
    { ...envelope, choices: [{ index: 0, delta: { role: 'assistant', ...rest } }] },
    ...begun,
    ...args,
    chunk({}, finishReason),
    {
      ...envelope,
      choices: [],
      usage: USAGE,
    },
  );
}

function withoutStream(body: unknown): object {
  const { stream, stream_options: options, ...rest } = body as Record<string, unknown>;
  if (stream === true) expect(options).to.deep.equal({ include_usage: true });
  return rest;
}
