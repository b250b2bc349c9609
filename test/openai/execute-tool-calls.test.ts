import { expect } from 'chai';
import * as z from 'zod';
import { FunctionError, defineFunction, definePlugin, kernelFunction } from '../../src/index.js';
import type { InvocationScope, KernelPlugin } from '../../src/index.js';
import { executeToolCall, executeToolCalls, getToolCallArguments } from '../../src/openai/index.js';
import { aPromise, closed } from '../helpers/a-kernel.js';
import { rejection } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';

const CODE = closed({ code: { type: 'string' } }, ['code']);

function chatCall(id: unknown, name: string, args: unknown): object {
  return {
    id,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  };
}

function responsesCall(call_id: unknown, name: string, args: unknown, more: object = {}): object {
  return { type: 'function_call', id: 'fc', call_id, name, arguments: JSON.stringify(args), ...more };
}

function completion(tool_calls: object[], finish_reason = 'tool_calls'): { choices: object[] } {
  return { choices: [{ index: 0, finish_reason, message: { role: 'assistant', content: null, tool_calls } }] };
}

/** A plugin whose function `run` gives its code back, and others that fail. */
function aPlugin(): KernelPlugin {
  return definePlugin('lab', [
    defineFunction({ name: 'run', input: CODE }, ({ code }) => `ran ${code}`),
    defineFunction({ name: 'fail', input: closed({}) }, () => {
      throw new Error('broken');
    }),
    defineFunction({ name: 'deny', input: closed({}) }, () => {
      throw new FunctionError('Not today.');
    }),
    defineFunction({ name: 'odd', input: closed({}) }, () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      return circle;
    }),
    defineFunction({ name: 'slow', timeoutMs: 5, input: closed({}) }, () => new Promise(() => {})),
    defineFunction({ name: 'long', maxResultChars: 10, input: closed({}) }, () => 'x'.repeat(1000)),
    defineFunction({ name: 'hidden', modelVisible: false, input: closed({}) }, () => 'secret'),
    defineFunction(
      { name: 'inside', input: closed({}) },
      async (_, { kernel }) =>
        (await kernel.invoke('lab-hidden')).text + (await kernel.invoke('run', { code: '1' })).text,
    ),
  ]);
}

async function textOf(call: object, options?: Parameters<typeof executeToolCall>[2]): Promise<unknown> {
  return (await executeToolCall(aPlugin(), call, options))['content'];
}

describe('executeToolCall', () => {
  it('answers with a replacement for the half of a character, which services refuse in every request from then on', async () => {
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: CODE }, ({ code }) => `${code}😀`.slice(0, -1)),
      defineFunction({ name: 'deny', input: CODE }, ({ code }) => {
        throw new FunctionError(`${code}😀`.slice(0, -1));
      }),
    ]);
    const texts = ['run', 'deny'].map(async (name) => {
      const { content } = await executeToolCall(plugin, chatCall('a', name, { code: 'é' }));
      return content;
    });
    expect(await Promise.all(texts)).to.deep.equal(['é\uFFFD', 'Error: é\uFFFD']);
  });

  it('answers a call of either API, and one of the older form', async () => {
    expect(await executeToolCall(aPlugin(), chatCall('a', 'run', { code: '1' }))).to.deep.equal({
      role: 'tool',
      tool_call_id: 'a',
      content: 'ran 1',
    });
    expect(await executeToolCall(aPlugin(), responsesCall('b', 'run', { code: '1' }))).to.deep.equal({
      type: 'function_call_output',
      call_id: 'b',
      output: 'ran 1',
    });
    expect(await executeToolCall(aPlugin(), { name: 'run', arguments: '{"code":"1"}' })).to.deep.equal({
      role: 'function',
      name: 'run',
      content: 'ran 1',
    });
  });

  it('takes an answer with one call for the call', async () => {
    const one = completion([chatCall('a', 'run', { code: '1' })]);
    expect((await executeToolCall(aPlugin(), one))['content']).to.equal('ran 1');
    for (const calls of [[], [chatCall('a', 'run', {}), chatCall('b', 'run', {})]]) {
      expect(await rejection(executeToolCall(aPlugin(), completion(calls)))).to.include({ code: 'invalid_options' });
    }
  });

  it('takes arguments as an object, and none at all', async () => {
    expect(await textOf({ id: 'a', function: { name: 'run', arguments: { code: 'o' } } })).to.equal('ran o');
    expect(await textOf({ id: 'a', type: 'function', function: { name: 'inside' } })).to.equal('secretran 1');
  });

  it('knows a function by its name, with its plugin’s, misspelt, and by another', async () => {
    for (const name of ['run', 'lab-run', 'lab.run', 'functions.run', 'Lab_Run', 'execute']) {
      expect(await textOf(chatCall('a', name, { code: name }), { as: 'execute' })).to.equal(`ran ${name}`);
    }
    expect(await textOf(chatCall('a', 'oops', {}), { as: 'oops', name: 'fail' })).to.equal(
      'Error: "oops" failed: broken',
    );
    expect(await rejection(executeToolCall(aPlugin(), chatCall('a', 'x', {}), { as: 'x', name: 'hidden' }))).to.include(
      {
        code: 'function_not_found',
      },
    );
  });

  it('answers what goes wrong by the model’s fault', async () => {
    const as = { as: 'execute' };
    expect(await textOf(chatCall('a', 'hidden', {}), as)).to.equal(
      'Error: there is no function named "hidden". Available functions: "execute", "fail", "deny", "odd", "slow", "long", ' +
        '"inside". Call one of them by its exact name.',
    );
    expect(await textOf(chatCall('a', 'run', '{"code":'), as)).to.match(
      /^Error: the arguments for "execute" are not valid JSON \(/,
    );
    expect(await textOf(chatCall('a', 'run', '["1"]'), as)).to.equal(
      'Error: the arguments for "execute" must be a JSON object, not an array.',
    );
    expect(await textOf(chatCall('a', 'run', { cod: 1 }), as)).to.equal(
      'Error: invalid arguments for "execute":\n- code: is required\n- cod: is not a parameter\nCorrect the arguments and call the function again.',
    );
  });

  it('answers what goes wrong in the function', async () => {
    expect(await textOf(chatCall('a', 'fail', {}))).to.equal('Error: "fail" failed: broken');
    expect(await textOf(chatCall('a', 'deny', {}))).to.equal('Error: Not today.');
    expect(await textOf(chatCall('a', 'odd', {}))).to.equal(
      'Error: "odd" returned a value that cannot be converted to text.',
    );
    expect(await textOf(chatCall('a', 'slow', {}))).to.equal(
      'Error: "slow" did not finish within 5 ms and was cancelled.',
    );
    expect(await textOf(chatCall('a', 'long', {}))).to.equal('xxxxx\n[… 990 characters removed …]\nxxxxx');
  });

  it('takes python_code for code, unless the function has a parameter of that name', async () => {
    expect(await textOf(chatCall('a', 'run', { python_code: '1' }))).to.equal('ran 1');
    expect(await textOf(chatCall('a', 'run', { python_code: '1', code: '2' }))).to.match(
      /python_code: is not a parameter/,
    );
    const input = closed({ code: { type: 'string' }, python_code: { type: 'string' } });
    const both = definePlugin('lab', [defineFunction({ name: 'run', input }, (given) => given)]);
    const answer = await executeToolCall(both, chatCall('a', 'run', { python_code: '1' }));
    expect(answer).to.include({ content: '{"python_code":"1"}' });
  });

  it('takes the null of a strict definition for absent, also where a schema library validates', async () => {
    const input = z.object({ city: z.string(), days: z.number().optional() });
    const plugin = definePlugin('lab', [defineFunction({ name: 'run', input }, (given) => given)]);
    const answer = await executeToolCall(plugin, chatCall('a', 'run', { city: 'Oslo', days: null }));
    expect(answer).to.include({ content: '{"city":"Oslo"}' });
  });

  it('gives hidden parameters what the application says, and the call and a kernel to the function', async () => {
    class Orders {
      @kernelFunction({ parameters: { number: { type: 'string' }, user: { type: 'string', hidden: true } } })
      find(number: string, user: string, scope: InvocationScope): string {
        return `${number} of ${user}, ${scope.toolCall?.id}, ${scope.function.name}`;
      }
    }
    const call = chatCall('a', 'find', { number: '7' });
    const answer = await executeToolCall(new Orders(), call, { arguments: { user: 'ada' } });
    expect(answer).to.include({ content: '7 of ada, a, find' });
    expect(await rejection(executeToolCall(new Orders(), call))).to.include({ code: 'invalid_arguments' });
    const forged = chatCall('a', 'find', { number: '7', user: 'eve' });
    expect((await executeToolCall(new Orders(), forged, { arguments: { user: 'ada' } })).content).to.match(
      /user: is not a parameter/,
    );
  });

  it('rejects with the reason of an abort', async () => {
    const controller = new AbortController();
    const entered = aPromise();
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'wait', input: closed({}) }, () => {
        entered.resolve();
        return new Promise(() => {});
      }),
    ]);
    const run = rejection(executeToolCall(plugin, chatCall('a', 'wait', {}), { signal: controller.signal }));
    await entered.promise;
    controller.abort('enough');
    expect(await run).to.equal('enough');
    expect(await rejection(executeToolCall(plugin, chatCall('a', 'wait', {}), { signal: controller.signal }))).to.equal(
      'enough',
    );
  });
});

describe('executeToolCalls', () => {
  const calls = [chatCall('a', 'run', { code: '1' }), chatCall('b', 'run', { code: '2' })];
  const messages = [
    { role: 'tool', tool_call_id: 'a', content: 'ran 1' },
    { role: 'tool', tool_call_id: 'b', content: 'ran 2' },
  ];
  const items = [
    { type: 'reasoning', id: 'rs', summary: [] },
    responsesCall('a', 'run', { code: '1' }),
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me see.' }] },
    { type: 'code_interpreter_call', id: 'ci', code: '1' },
    responsesCall('b', 'run', { code: '2' }),
  ];
  const outputs = [
    { type: 'function_call_output', call_id: 'a', output: 'ran 1' },
    { type: 'function_call_output', call_id: 'b', output: 'ran 2' },
  ];
  const whole = completion(calls);
  const shapes: readonly (readonly [string, object, readonly object[]])[] = [
    ['a completion', whole, messages],
    ['its choice', Object(whole.choices[0]), messages],
    ['its message', { role: 'assistant', content: 'Let me see.', tool_calls: calls }, messages],
    ['its calls', calls, messages],
    ['one call', Object(calls[0]), messages.slice(0, 1)],
    ['a message without calls', { role: 'assistant', content: 'Hello.', tool_calls: null }, []],
    ['a completion without calls', { choices: [{ message: { role: 'assistant', content: 'Hello.' } }] }, []],
    [
      'a message of the older form',
      { role: 'assistant', content: null, function_call: { name: 'run', arguments: '{"code":"1"}' } },
      [{ role: 'function', name: 'run', content: 'ran 1' }],
    ],
    ['a response', { id: 'r', status: 'completed', output: items }, outputs],
    ['the last event of a streamed response', { type: 'response.completed', response: { output: items } }, outputs],
    ['its output', items, outputs],
    ['one item', Object(items[1]), outputs.slice(0, 1)],
    ['an empty response', { output: [] }, []],
  ];

  for (const [what, answer, expected] of shapes) {
    it(`answers the calls in ${what}`, async () => {
      const before = structuredClone(answer);
      expect(await executeToolCalls(aPlugin(), answer)).to.deep.equal(expected);
      expect(answer).to.deep.equal(before);
    });
  }

  it('runs nothing of an answer that was cut off or filtered', async () => {
    const ran: unknown[] = [];
    const plugin = definePlugin('lab', [defineFunction({ name: 'run', input: CODE }, ({ code }) => ran.push(code))]);
    const cut =
      'Error: the call to "run" was cut off by the output token limit and was not run. Call it again with shorter arguments.';
    const ended = 'Error: not run. The application ended this request.';
    const output = [responsesCall('a', 'run', { code: '1' })];
    const reason = (name: string): object => ({ status: 'incomplete', incomplete_details: { reason: name }, output });
    const texts = async (answer: object): Promise<unknown[]> =>
      (await executeToolCalls(plugin, answer)).map((message) => message['content'] ?? message['output']);
    expect(await texts(completion(calls, 'length'))).to.deep.equal([cut, cut]);
    expect(await texts(completion(calls, 'content_filter'))).to.deep.equal([ended, ended]);
    expect(await texts(reason('max_output_tokens'))).to.deep.equal([cut]);
    expect(await texts(reason('content_filter'))).to.deep.equal([ended]);
    expect(await texts([responsesCall('a', 'run', { code: '1' }, { status: 'incomplete' })])).to.deep.equal([cut]);
    expect(ran).to.deep.equal([]);
  });

  it('refuses, before anything runs, what it cannot answer', async () => {
    const ran: unknown[] = [];
    const plugin = definePlugin('lab', [defineFunction({ name: 'run', input: CODE }, ({ code }) => ran.push(code))]);
    const [first] = calls;
    const custom = { id: 'c', type: 'custom', custom: { name: 'grammar', input: 'x' } };
    const cases: readonly (readonly [unknown, string, RegExp])[] = [
      [completion([Object(first), chatCall(undefined, 'run', {})]), 'invalid_response', /a call without an id/],
      [completion([Object(first), chatCall('', 'run', {})]), 'invalid_response', /a call without an id/],
      [[Object(first), first], 'invalid_response', /two calls with the same id/],
      [{ output: [responsesCall('', 'run', {})] }, 'invalid_response', /a call without an id/],
      [completion([Object(first), custom]), 'invalid_response', /a call of the type "custom"/],
      [{ output: [{ type: 'custom_tool_call', call_id: 'c' }] }, 'invalid_response', /"custom_tool_call"/],
      [{ choices: [...whole.choices, ...whole.choices] }, 'invalid_options', /It has 2 choices/],
      [{ choices: [{ index: 0, delta: { tool_calls: calls } }] }, 'invalid_options', /a piece of a stream/],
      [{ type: 'response.function_call_arguments.delta', delta: '{' }, 'invalid_options', /a piece of a stream/],
      [{ choices: [{ ...Object(whole.choices[0]), finish_reason: 'error' }] }, 'service_failed', /no reason given/],
      [{ ...whole, error: { message: 'It broke' } }, 'service_failed', /It broke/],
      [{ status: 'failed', output: [responsesCall('a', 'run', { code: '1' })] }, 'service_failed', /no reason given/],
      [{ status: 'cancelled', output: [responsesCall('a', 'run', { code: '1' })] }, 'service_failed', /cancelled/],
      [
        { status: 'in_progress', output: [responsesCall('a', 'run', { code: '1' })] },
        'invalid_response',
        /in_progress/,
      ],
      [{ role: 'user', content: 'Hello' }, 'invalid_options', /neither an answer of a model nor a call/],
      ['{"tool_calls":[]}', 'invalid_options', /Pass an object/],
    ];
    for (const [answer, code, message] of cases) {
      const error = await rejection(executeToolCalls(plugin, answer as object));
      expect(error).to.include({ code });
      expect(error).to.have.property('message').that.matches(message);
    }
    expect(ran).to.deep.equal([]);
  });

  it('runs calls at once, and answers in their order', async () => {
    const second = aPromise();
    const log: string[] = [];
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: CODE }, async ({ code }) => {
        if (code === '1') await second.promise;
        log.push(code);
        if (code === '2') second.resolve();
        return code;
      }),
    ]);
    const answers = await executeToolCalls(plugin, completion(calls));
    expect(answers.map(({ content }) => content)).to.deep.equal(['1', '2']);
    expect(log).to.deep.equal(['2', '1']);
  });

  it('runs exclusive calls one after the other, in their order, also of two answers', async () => {
    const log: string[] = [];
    // The second call is checked sooner than the first.
    const input = z.object({ code: z.string().refine(async (code) => code !== '1' || (await settle()) === undefined) });
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', exclusive: true, input }, async ({ code }) => {
        log.push(`${code} begins`);
        await settle();
        log.push(`${code} ends`);
      }),
    ]);
    await Promise.all([
      executeToolCalls(plugin, completion(calls)),
      settle().then(() => executeToolCalls(plugin, completion([chatCall('c', 'run', { code: '3' })]))),
    ]);
    expect(log.filter((line) => !line.startsWith('3'))).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends']);
    for (const [place, line] of log.entries()) {
      if (line.endsWith('begins')) expect(log[place + 1]).to.equal(line.replace('begins', 'ends'));
    }
  });

  it('lets the others finish before it rejects for the application’s failure', async () => {
    const log: string[] = [];
    const fatal = Object.assign(new Error('The pool is forbidden.'), { fatal: true });
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: CODE }, async ({ code }) => {
        if (code === '1') throw fatal;
        await settle();
        log.push(code);
      }),
    ]);
    const error = await rejection(executeToolCalls(plugin, completion(calls)));
    expect(error).to.include({ code: 'function_failed', cause: fatal });
    expect(log).to.deep.equal(['2']);
  });
});

describe('getToolCallArguments', () => {
  it('reads the arguments of a call of either API, as they are', () => {
    expect(getToolCallArguments(chatCall('a', 'run', { python_code: '1', n: '2' }))).to.deep.equal({
      python_code: '1',
      n: '2',
    });
    expect(getToolCallArguments(responsesCall('a', 'run', { code: '1' }))).to.deep.equal({ code: '1' });
    expect(getToolCallArguments({ name: 'run', arguments: { code: '1' } })).to.deep.equal({ code: '1' });
    expect(getToolCallArguments(chatCall('a', 'run', ''))).to.deep.equal({});
  });

  it('throws for what is no JSON object, and does not say what the model wrote', () => {
    for (const args of ['{"code": "secret', '"secret"', '[1]']) {
      const error = thrownBy(() => getToolCallArguments(chatCall('a', 'run', args)));
      expect(error).to.include({
        code: 'invalid_arguments',
        message: 'The arguments for "run" are not a JSON object, or too long.',
      });
      expect(error).not.to.have.property('cause');
    }
    expect(thrownBy(() => getToolCallArguments(chatCall('a', 'print("secret")', '1')))).to.have.property(
      'message',
      'The arguments for "[a text that is no name]" are not a JSON object, or too long.',
    );
  });
});

async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
