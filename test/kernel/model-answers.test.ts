import { inspect } from 'node:util';
import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior, Kernel, KernelError, isKernelError } from '../../src/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';
import { aKernel, addLab, closed, roles, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { fakeClient } from '../helpers/fake-client.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';
import { untyped } from '../helpers/untyped.js';
import { collectWarnings } from '../helpers/warnings.js';

const CODE = closed({ code: { type: 'string' } }, ['code']);

const CALLS_WITHOUT_A_CALL =
  "The chat service gave the finish reason 'tool_calls' and no call in `message.toolCalls`: no function was run, and the run ends.";

describe('Kernel: what a model answers', () => {
  inBothModes('1: ends at once with text', async (ask) => {
    const model = aModel('Hello.');
    const history = new ChatHistory().addUser('Hi');
    const result = await ask(aKernel(model), history);
    expect(result).to.include({ text: 'Hello.', stopReason: 'completed', attempts: 1 });
    expect(String(result)).to.equal('Hello.');
    expect(history.messages).to.deep.equal([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
    ]);
  });

  inBothModes('2: runs one call, then takes the text', async (ask) => {
    const model = aModel(calls(call('lab-run', { code: '6*7' })), 'It is 42.');
    const history = new ChatHistory().addUser('6*7?');
    const kernel = aKernel(model, { run: [{ input: CODE }, ({ code }) => `ran ${String(code)}`] });
    const result = await ask(kernel, history);
    expect(result).to.include({ text: 'It is 42.', stopReason: 'completed', attempts: 2 });
    expect(history.messages).to.deep.equal([
      { role: 'user', content: '6*7?' },
      { role: 'assistant', content: null, toolCalls: [{ id: 'call_1', name: 'lab-run', arguments: '{"code":"6*7"}' }] },
      { role: 'tool', toolCallId: 'call_1', name: 'lab-run', content: 'ran 6*7' },
      { role: 'assistant', content: 'It is 42.' },
    ]);
    expect(model.requests[1]?.messages).to.deep.equal(history.messages.slice(0, 3));
  });

  inBothModes('3: keeps the text that accompanies a call, also in the next request', async (ask) => {
    const model = aModel(response({ content: 'Let me see.', toolCalls: [call('lab-run')] }, 'tool_calls'), 'Done.');
    const result = await ask(aKernel(model, { run: () => 'ok' }), 'Go');
    expect(result.messages[1]).to.deep.equal({
      role: 'assistant',
      content: 'Let me see.',
      toolCalls: [{ id: 'call_1', name: 'lab-run', arguments: '{}' }],
    });
    expect(model.requests[1]?.messages[1]).to.deep.equal(result.messages[1]);
  });

  inBothModes('4: answers two calls of one message in their order', async (ask) => {
    const model = aModel(calls(call('lab-a', {}, 'x'), call('lab-b', {}, 'y')), 'Done.');
    const result = await ask(aKernel(model, { a: () => 'first', b: () => 'second' }), 'Go');
    const answers = [
      { role: 'tool', toolCallId: 'x', name: 'lab-a', content: 'first' },
      { role: 'tool', toolCallId: 'y', name: 'lab-b', content: 'second' },
    ];
    expect(result.messages.slice(2, 4)).to.deep.equal(answers);
    expect(model.requests[1]?.messages.slice(2)).to.deep.equal(answers);
  });

  inBothModes('5: answers an unknown name with the names on offer, and sends it back in legal letters', async (ask) => {
    const model = aModel(calls(call('Z.q')), 'Sorry.');
    const result = await ask(aKernel(model, { a: () => '', b: () => '' }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: there is no function named "Z.q". Available functions: "lab-a", "lab-b". Call one of them by its exact name.',
    ]);
    expect(result).to.include({ text: 'Sorry.', stopReason: 'completed', attempts: 2 });
    expect(result.messages[1]).to.have.nested.property('toolCalls[0].name', 'Z.q');
    expect(result.messages[2]).to.include({ isError: true });
    const [, assistant, tool] = model.requests[1]?.messages ?? [];
    expect(assistant).to.have.nested.property('toolCalls[0].name', 'Z_q');
    expect(tool).to.include({ name: 'Z_q' });
  });

  inBothModes('5: repeats a name that may be code to the model only', async (ask) => {
    const names = ['print("TOPSECRET")', 'TOPSECRET'.repeat(8), 'a TOPSECRET', 'x=TOPSECRET'];
    for (const name of names) {
      const result = await ask(aKernel(aModel(calls(call(name)), 'Sorry.'), { run: () => '' }), 'Go');
      expect(toolTexts(result.messages)[0]).to.contain(`there is no function named "${name}"`);
      expect(result.calls[0]?.error).to.include({
        code: 'function_not_found',
        message:
          'Error: there is no function named "[a text that is no name]". Available functions: "lab-run". Call one of them by its exact name.',
      });
      expect(inspect(result.calls[0]?.error)).not.to.contain('TOPSECRET');
      const cut = { ...calls(call(name)), finishReason: 'length' as const };
      const truncated = await ask(aKernel(aModel(cut, 'Sorry.'), { run: () => '' }), 'Go');
      expect(inspect(truncated.calls[0]?.error)).to.contain('was cut off').and.not.contain('TOPSECRET');
    }
    const plausible = await ask(aKernel(aModel(calls(call('tools:größe.Z-q_1')), 'Sorry.'), { run: () => '' }), 'Go');
    expect(plausible.calls[0]?.error?.message).to.contain('no function named "tools:größe.Z-q_1"');
  });

  inBothModes('15: does not repeat the name of an argument that may be code', async (ask) => {
    const args = { 'print("TOPSECRET")': 1, foo: 2 };
    const byName = aKernel(aModel(calls(call('lab-run', args)), 'Sorry.'), { run: [{ input: closed({}) }, () => ''] });
    const byPosition = new Kernel({ services: aModel(calls(call('lab-run', args)), 'Sorry.') });
    byPosition.addPlugin(
      positionalPlugin({}, () => ''),
      'lab',
    );
    for (const kernel of [byName, byPosition]) {
      const result = await ask(kernel, 'Go');
      const issues = ["arguments: has a name that is not a parameter's", 'foo: is not a parameter'];
      for (const issue of issues) expect(toolTexts(result.messages)[0]).to.contain(`- ${issue}\n`);
      expect(inspect(result.calls[0]?.error, { depth: 9 })).not.to.contain('TOPSECRET');
    }
  });

  it('5: lists at most fifty names', async () => {
    const model = aModel(calls(call('nope')), 'Sorry.');
    const functions = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`f${index}`, () => '']));
    const [text = ''] = toolTexts((await aKernel(model, functions).chat('Go')).messages);
    expect(text).to.contain('"lab-f49". Call one').and.not.contain('lab-f50');
  });

  for (const name of [
    'lab.run',
    'lab_run',
    'functions.lab-run',
    'tools.lab-run',
    'default_api:lab-run',
    'LAB--Run',
    'run',
  ]) {
    inBothModes(`6: understands "${name}" as the only function it fits, and keeps the true name`, async (ask) => {
      const model = aModel(calls(call(name)), 'Done.');
      const result = await ask(aKernel(model, { run: () => 'ok', other: () => 'no' }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal(['ok']);
      expect(result.messages[1]).to.have.nested.property('toolCalls[0].name', 'lab-run');
      expect(result.messages[2]).to.include({ name: 'lab-run' });
      expect(result.calls[0]?.call.name).to.equal('lab-run');
    });
  }

  inBothModes('6: prefers the exact name to what looks like a prefix', async (ask) => {
    const model = aModel(calls(call('functions.run')), 'Done.');
    const kernel = aKernel(model);
    addLab(kernel, { run: () => 'right' }, 'functions');
    addLab(kernel, { run: () => 'wrong' }, 'lab');
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['right']);
  });

  for (const name of ['run', 'lab-r.un', 'LAB_RUN']) {
    inBothModes(`7: takes "${name}" for unknown when two functions fit`, async (ask) => {
      const model = aModel(calls(call(name)), 'Done.');
      const kernel = aKernel(model, { run: () => 'no', r_un: () => 'no' });
      addLab(kernel, { run: () => 'no' }, 'den');
      const result = await ask(kernel, 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([
        `Error: there is no function named "${name}". Available functions: "lab-run", "lab-r_un", "den-run". Call one of them by its exact name.`,
      ]);
    });
  }

  inBothModes('8: takes a function that the filters exclude for unknown, and does not name it', async (ask) => {
    const model = aModel(calls(call('lab-secret'), call('secret', {}, 'b')), 'Done.');
    const functions = FunctionChoiceBehavior.auto({ filters: { excludedFunctions: ['lab-secret'] } });
    const kernel = aKernel(model, { open: () => 'ok', secret: () => expect.fail('must not run') });
    const result = await ask(kernel, 'Go', { functions });
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: there is no function named "lab-secret". Available functions: "lab-open". Call one of them by its exact name.',
      'Error: there is no function named "secret". Available functions: "lab-open". Call one of them by its exact name.',
    ]);
    expect(model.requests[0]?.tools?.map((tool) => tool.name)).to.deep.equal(['lab-open']);
  });

  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    inBothModes(`9: takes "${name}" for unknown`, async (ask) => {
      const model = aModel(calls(call(name)), 'Done.');
      const result = await ask(aKernel(model, { run: () => 'no' }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([
        `Error: there is no function named "${name}". Available functions: "lab-run". Call one of them by its exact name.`,
      ]);
    });
  }

  for (const name of ['', undefined]) {
    inBothModes(
      `10: takes a name that is ${name === '' ? 'empty' : 'missing'} for unknown, sent as "unknown"`,
      async (ask) => {
        const nameless = { id: 'call_1', name, arguments: '{"a":1}' } as unknown as ReturnType<typeof call>;
        const model = aModel(calls(nameless), 'Done.');
        const result = await ask(aKernel(model, { run: () => 'no' }), new ChatHistory().addUser('Go'));
        expect(toolTexts(result.messages)).to.deep.equal([
          'Error: there is no function named "". Available functions: "lab-run". Call one of them by its exact name.',
        ]);
        expect(model.requests[1]?.messages[1]).to.have.nested.property('toolCalls[0].name', 'unknown');
        expect(model.requests[1]?.messages[2]).to.include({ name: 'unknown' });
      },
    );
  }

  for (const text of ['', '  \n', 'null']) {
    inBothModes(`11: takes the arguments ${JSON.stringify(text)} for {}`, async (ask) => {
      let received: unknown;
      const model = aModel(calls(call('lab-run', text)), 'Done.');
      const kernel = aKernel(model, { run: (input) => ((received = input), 'ok') });
      const result = await ask(kernel, 'Go');
      expect(received).to.deep.equal({});
      expect(toolTexts(result.messages)).to.deep.equal(['ok']);
      expect(model.requests[1]?.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{}');
    });
  }

  inBothModes(
    '12: answers arguments that are not JSON with the fixed text, keeps the raw text and replays {}',
    async (ask) => {
      const model = aModel(calls(call('lab-run', '{"code": print(1)}')), 'Done.');
      const result = await ask(aKernel(model, { run: () => expect.fail('must not run') }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([
        'Error: the arguments for "lab-run" are not valid JSON (Unexpected token \'p\', "{"code": print(1)}" is not valid JSON). Send one JSON object that matches the parameter schema.',
      ]);
      expect(result.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{"code": print(1)}');
      expect(model.requests[1]?.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{}');
      expect(result.calls[0]?.error).to.satisfy(isKernelError).and.include({ code: 'invalid_arguments' });
      expect(result.calls[0]?.error?.message).not.to.contain('print');
    },
  );

  it("12: keeps at most 120 characters of the parser's message", async () => {
    const model = aModel(calls(call('lab-run', `{"${'k'.repeat(400)}": `)), 'Done.');
    const [text = ''] = toolTexts((await aKernel(model, { run: () => '' }).chat('Go')).messages);
    expect(/not valid JSON \((.*)\)\. Send/s.exec(text)?.[1]).to.have.length.within(1, 120);
  });

  for (const [text, received] of [
    ['[1]', 'an array'],
    ['"code"', 'a string'],
    ['7', 'a number'],
    ['true', 'a boolean'],
  ] as const) {
    inBothModes(`13: refuses arguments that are ${received}, and replays {}`, async (ask) => {
      const model = aModel(calls(call('lab-run', text)), 'Done.');
      const result = await ask(aKernel(model, { run: () => expect.fail('must not run') }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal([
        `Error: the arguments for "lab-run" must be a JSON object, not ${received}.`,
      ]);
      expect(result.messages[1]).to.have.nested.property('toolCalls[0].arguments', text);
      expect(model.requests[1]?.messages[1]).to.have.nested.property('toolCalls[0].arguments', '{}');
    });
  }

  inBothModes('14: names a required argument that is missing', async (ask) => {
    const model = aModel(calls(call('lab-run', {})), 'Done.');
    const result = await ask(aKernel(model, { run: [{ input: CODE }, () => expect.fail('must not run')] }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: invalid arguments for "lab-run":\n- code: is required\nCorrect the arguments and call the function again.',
    ]);
  });

  inBothModes('15: names an argument that a closed schema does not know', async (ask) => {
    const model = aModel(calls(call('lab-run', { code: '', foo: 1 })), 'Done.');
    const result = await ask(aKernel(model, { run: [{ input: CODE }, () => expect.fail('must not run')] }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: invalid arguments for "lab-run":\n- foo: is not a parameter\nCorrect the arguments and call the function again.',
    ]);
  });

  inBothModes('15: drops an argument that an open schema does not know', async (ask) => {
    let received: unknown;
    const input = { type: 'object', properties: { code: { type: 'string' } } };
    const model = aModel(calls(call('lab-run', { code: 'x', foo: 1 })), 'Done.');
    await ask(aKernel(model, { run: [{ input }, (given) => ((received = given), '')] }), 'Go');
    expect(received).to.deep.equal({ code: 'x' });
  });

  it('15: lists at most ten problems', async () => {
    const args = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`p${index}`, 1]));
    const model = aModel(calls(call('lab-run', args)), 'Done.');
    const result = await aKernel(model, { run: [{ input: closed({}) }, () => ''] }).chat('Go');
    const [text = ''] = toolTexts(result.messages);
    expect(text.split('\n')).to.have.lengthOf(12);
    expect(text).to.contain('- p9: is not a parameter').and.not.contain('p10');
  });

  inBothModes('16: converts what can be converted without loss', async (ask) => {
    let received: unknown;
    const input = closed({
      n: { type: 'integer' },
      b: { type: 'boolean' },
      s: { type: 'string' },
      l: { type: 'array' },
    });
    const model = aModel(calls(call('lab-run', { n: '3', b: 'true', s: 5, l: '[1]' })), 'Done.');
    await ask(aKernel(model, { run: [{ input }, (given) => ((received = given), '')] }), 'Go');
    expect(received).to.deep.equal({ n: 3, b: true, s: '5', l: [1] });
  });

  inBothModes('17: names the expected and the received type where nothing can be converted', async (ask) => {
    const input = closed({ n: { type: 'number' }, b: { type: 'boolean' } });
    const model = aModel(calls(call('lab-run', { n: 'abc', b: 'no' })), 'Done.');
    const result = await ask(aKernel(model, { run: [{ input }, () => expect.fail('must not run')] }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: invalid arguments for "lab-run":\n- n: expected number, received string\n- b: expected boolean, received string\nCorrect the arguments and call the function again.',
    ]);
  });

  inBothModes('17: never makes true of "false"', async (ask) => {
    let received: unknown;
    const model = aModel(calls(call('lab-run', { b: 'false' })), 'Done.');
    const input = closed({ b: { type: 'boolean' } });
    await ask(aKernel(model, { run: [{ input }, (given) => ((received = given), '')] }), 'Go');
    expect(received).to.deep.equal({ b: false });
  });

  inBothModes('18: takes null for an optional parameter as absent', async (ask) => {
    let received: unknown[] = [];
    const model = aModel(calls(call('lab-run', { code: null, limit: null })), 'Done.');
    const kernel = new Kernel({ services: model });
    kernel.addPlugin(
      positionalPlugin(
        { code: { type: 'string', required: false }, limit: { type: 'number', default: 5 } },
        (...given) => (received = given),
      ),
    );
    await ask(kernel, 'Go');
    expect(received.slice(0, 2)).to.deep.equal([undefined, 5]);
  });

  inBothModes('19: refuses a hidden parameter from the model as an unknown one', async (ask) => {
    const ran: unknown[] = [];
    const model = aModel(calls(call('lab-run', { user: 'eve' })), calls(call('lab-run', {})), 'Done.');
    const kernel = new Kernel({ services: model });
    kernel.addPlugin(positionalPlugin({ user: { type: 'string', hidden: true } }, (user) => ran.push(user)));
    const result = await ask(kernel, 'Go', { arguments: { user: 'alice' } });
    expect(toolTexts(result.messages)[0]).to.equal(
      'Error: invalid arguments for "lab-run":\n- user: is not a parameter\nCorrect the arguments and call the function again.',
    );
    expect(ran).to.deep.equal(['alice']);
    expect(model.requests[0]?.tools?.[0]?.parameters).to.deep.equal({
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  });

  inBothModes("20: prefers the model's visible argument, and shows the caller's in the scope", async (ask) => {
    let seen: unknown;
    const model = aModel(calls(call('lab-run', { code: 'model' })), 'Done.');
    const kernel = aKernel(model, {
      run: [{ input: CODE }, ({ code }, scope) => ((seen = { code, caller: scope.arguments }), '')],
    });
    await ask(kernel, 'Go', { arguments: { code: 'caller', other: 1 } });
    expect(seen).to.deep.equal({ code: 'model', caller: { code: 'caller', other: 1 } });
  });

  inBothModes("20: fills a visible argument that the model leaves out with the caller's", async (ask) => {
    let seen: unknown;
    const model = aModel(calls(call('lab-run', {})), 'Done.');
    await ask(aKernel(model, { run: [{ input: CODE }, ({ code }) => ((seen = code), '')] }), 'Go', {
      arguments: { code: 'caller' },
    });
    expect(seen).to.equal('caller');
  });

  inBothModes('21: refuses arguments of more than a megabyte', async (ask) => {
    const model = aModel(calls(call('lab-run', { code: 'x'.repeat(2_000_000) })), 'Done.');
    const result = await ask(aKernel(model, { run: [{ input: CODE }, () => expect.fail('must not run')] }), 'Go');
    expect(toolTexts(result.messages)).to.deep.equal([
      'Error: invalid arguments for "lab-run":\n- arguments: too long\nCorrect the arguments and call the function again.',
    ]);
  });

  for (const id of ['', undefined, null, 7]) {
    inBothModes(`22: makes an id where the call has ${id === '' ? 'an empty one' : String(id)}`, async (ask) => {
      const nameless = { ...call('lab-run'), id } as unknown as ReturnType<typeof call>;
      const model = aModel(calls(nameless), 'Done.');
      const result = await ask(aKernel(model, { run: () => 'ok' }), new ChatHistory().addUser('Go'));
      const made = result.calls[0]?.call.id;
      expect(made)
        .to.be.a('string')
        .and.match(/^call_/);
      expect(result.messages[1]).to.include({ role: 'tool', toolCallId: made });
      expect(model.requests[1]?.messages[1]).to.have.nested.property('toolCalls[0].id', made);
    });
  }

  inBothModes('23: gives the second of two calls with one id a new one', async (ask) => {
    const model = aModel(calls(call('lab-a', {}, 'same'), call('lab-b', {}, 'same')), 'Done.');
    const result = await ask(aKernel(model, { a: () => 'A', b: () => 'B' }), 'Go');
    const [first, second] = result.calls.map((record) => record.call.id);
    expect(first).to.equal('same');
    expect(second).to.be.a('string').and.not.be.oneOf(['', 'same']);
    expect(toolTexts(result.messages)).to.deep.equal(['A', 'B']);
  });

  for (const reason of ['stop', 'unknown'] as const) {
    inBothModes(`24: runs calls that come with the finish reason "${reason}"`, async (ask) => {
      const model = aModel(response({ toolCalls: [call('lab-run')] }, reason), 'Done.');
      const result = await ask(aKernel(model, { run: () => 'ok' }), 'Go');
      expect(toolTexts(result.messages)).to.deep.equal(['ok']);
      expect(result.stopReason).to.equal('completed');
    });
  }

  inBothModes('25: runs no call of a message that was cut off, and counts it as a failed round', async (ask) => {
    const cut = response({ toolCalls: [call('lab-run', '{"code":"pri'), call('lab-run', '{}', 'b')] }, 'length');
    const model = aModel(cut, 'Done.');
    const history = new ChatHistory().addUser('Go');
    const functions = FunctionChoiceBehavior.auto({ maxConsecutiveErrors: 1 });
    const result = await ask(aKernel(model, { run: () => expect.fail('must not run') }), history, { functions });
    const text =
      'Error: the call to "lab-run" was cut off by the output token limit and was not run. Call it again with shorter arguments.';
    expect(toolTexts(history.messages)).to.deep.equal([text, text]);
    expect(result).to.include({ stopReason: 'max_errors', attempts: 2, text: 'Done.' });
  });

  inBothModes('26: reports text that was cut off', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const result = await ask(aKernel(aModel(response({ content: 'Once upon' }, 'length'))), history);
    expect(result).to.include({ text: 'Once upon', stopReason: 'length' });
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant']);
  });

  inBothModes('27: drops the calls of a filtered answer and keeps its text', async (ask) => {
    const filtered = response({ content: 'Half', toolCalls: [call('lab-run')] }, 'content_filter');
    const history = new ChatHistory().addUser('Go');
    const result = await ask(aKernel(aModel(filtered), { run: () => expect.fail('must not run') }), history);
    expect(result).to.include({ text: 'Half', stopReason: 'content_filter' });
    expect(history.messages).to.deep.equal([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: 'Half' },
    ]);
  });

  inBothModes('27: appends nothing of a filtered answer without text', async (ask) => {
    const filtered = response({ toolCalls: [call('lab-run')] }, 'content_filter');
    const history = new ChatHistory().addUser('Go');
    const result = await ask(aKernel(aModel(filtered), { run: () => expect.fail('must not run') }), history);
    expect(result).to.include({ text: '', stopReason: 'content_filter' });
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  inBothModes('28: reports a refusal', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const result = await ask(aKernel(aModel(response({ refusal: 'I will not.' }))), history);
    expect(result).to.include({ text: 'I will not.', stopReason: 'refusal' });
    expect(history.messages[1]).to.deep.equal({ role: 'assistant', content: null, refusal: 'I will not.' });
  });

  for (const toolCalls of [[], null]) {
    inBothModes(`29: takes toolCalls: ${JSON.stringify(toolCalls)} as no calls`, async (ask) => {
      const answer = { message: { role: 'assistant', content: 'Hi.', toolCalls }, finishReason: 'tool_calls' };
      const history = new ChatHistory().addUser('Go');
      const result = await ask(aKernel(aService(() => answer)), history);
      expect(result).to.include({ text: 'Hi.', stopReason: 'completed' });
      expect(history.messages[1]).to.deep.equal({ role: 'assistant', content: 'Hi.' });
    });
  }

  for (const content of ['Hi.', null]) {
    inBothModes(`warns of the finish reason for calls without a call, with the text ${content}`, async (ask) => {
      const warnings = collectWarnings('KernelWarning');
      const result = await ask(aKernel(aModel(response({ content }, 'tool_calls'))), 'Go');
      expect(result).to.include({ text: content ?? '', stopReason: 'completed' });
      expect(await warnings.take()).to.deep.equal([CALLS_WITHOUT_A_CALL]);
    });
  }

  for (const foreign of [[], null]) {
    inBothModes(
      `takes an answer with tool_calls: ${JSON.stringify(foreign)}, which holds no calls to lose`,
      async (ask) => {
        const message = { role: 'assistant', content: 'Hi.', tool_calls: foreign };
        const result = await ask(aKernel(aService(() => ({ message, finishReason: 'stop' }))), 'Go');
        expect(result.text).to.equal('Hi.');
        expect(() => new ChatHistory().add(untyped(message))).not.to.throw();
      },
    );
  }

  const wire = { id: 'c', type: 'function', function: { name: 'lab-run', arguments: '{}' } };
  for (const [where, calls, name] of [
    ['`tool_calls`', { tool_calls: [wire] }, '`message.toolCalls`'],
    ['`tool_calls` beside an empty list', { tool_calls: [wire], toolCalls: [] }, '`message.toolCalls`'],
    ["`toolCalls` of the wire's form", { toolCalls: [wire] }, '{ id, name, arguments }'],
  ] as const) {
    inBothModes(`rejects an answer with ${where}, whose calls would be lost`, async (ask) => {
      const message = { role: 'assistant', content: null, ...calls };
      const kernel = aKernel(
        aService(() => untyped({ message, finishReason: 'tool_calls' })),
        { run: () => expect.fail('must not run') },
      );
      const history = new ChatHistory().addUser('Go');
      const error = await rejection(ask(kernel, history));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_response' });
      expect(error).to.have.property('message').that.contains(name);
      expect(roles(history.messages)).to.deep.equal(['user']);
    });
  }

  inBothModes('takes `tool_calls` beside calls for what a service passes on', async (ask) => {
    const both = { ...calls(call('lab-run')).message, tool_calls: [wire] };
    const answers = [{ message: both, finishReason: 'tool_calls' }, response({ content: 'Done.' })];
    const kernel = aKernel(
      aService(() => untyped(answers.shift())),
      { run: () => 'ok' },
    );
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['ok']);
    const last = { ...both, content: 'Done.' };
    const late = [both, last].map((message) => ({ message, finishReason: 'tool_calls' }));
    const limited = aKernel(
      aService(() => untyped(late.shift())),
      { run: () => 'ok' },
    );
    const history = new ChatHistory().addUser('Go');
    await ask(limited, history, { functions: FunctionChoiceBehavior.auto({ maxAttempts: 1 }) });
    expect(history.messages[3]).to.deep.equal({ role: 'assistant', content: 'Done.' });
  });

  inBothModes('30: takes an empty message as an empty answer, with a warning', async (ask) => {
    const warnings = collectWarnings('KernelWarning');
    const history = new ChatHistory().addUser('Go');
    const result = await ask(aKernel(aModel(response({ content: '' }))), history);
    expect(result).to.include({ text: '', stopReason: 'completed' });
    expect(roles(history.messages)).to.deep.equal(['user']);
    expect(await warnings.take()).to.deep.equal(['The model answered with neither text nor a call.']);
  });

  inBothModes('31: rejects a response without choices', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const kernel = new Kernel({ services: wired({ id: 'x' }, [{ id: 'x' }]) });
    expect(await rejection(ask(kernel, history)))
      .to.satisfy(isKernelError)
      .and.include({ code: 'invalid_response' });
    expect(roles(history.messages)).to.deep.equal(['user']);
  });

  inBothModes('32: ignores a call of another type, with a warning', async (ask) => {
    const warnings = collectWarnings('KernelWarning');
    const custom = { id: 'c', type: 'custom', custom: { name: 'x', input: 'y' } };
    const message = { role: 'assistant', content: null, tool_calls: [custom] };
    const chunk = { choices: [{ delta: { tool_calls: [{ index: 0, ...custom }] }, finish_reason: 'tool_calls' }] };
    const kernel = new Kernel({ services: wired({ choices: [{ message, finish_reason: 'tool_calls' }] }, [chunk]) });
    const history = new ChatHistory().addUser('Go');
    const result = await ask(kernel, history);
    expect(result).to.include({ text: '', stopReason: 'completed' });
    expect(roles(history.messages)).to.deep.equal(['user']);
    expect(await warnings.take()).to.deep.equal([
      'The model made a call of the type "custom", which is not supported; it is ignored.',
      CALLS_WITHOUT_A_CALL,
    ]);
  });

  inBothModes('33: lets a model that repeats a failing call end by the limit on errors', async (ask) => {
    const failing = calls(call('lab-run', {}));
    const model = aModel(failing, failing, failing, 'I give up.');
    let runs = 0;
    const kernel = aKernel(model, {
      run: () => {
        runs += 1;
        throw new Error('broken');
      },
    });
    const result = await ask(kernel, 'Go');
    expect(runs).to.equal(3);
    expect(result).to.include({ text: 'I give up.', stopReason: 'max_errors', attempts: 4 });
    expect(new Set(result.calls.map((record) => record.result.content))).to.deep.equal(
      new Set(['Error: "lab-run" failed: broken']),
    );
  });

  for (const usage of [null, {}, { inputTokens: null, outputTokens: 3 }, { prompt_tokens: 1 }, 'many']) {
    inBothModes(`takes the usage ${JSON.stringify(usage)} of a service as none`, async (ask) => {
      const kernel = aKernel(aService(() => untyped({ ...response({ content: 'Hi.' }), usage })));
      const result = await ask(kernel, 'Go');
      expect(result).to.have.deep.property('usage', { inputTokens: 0, outputTokens: 0 });
      expect(result.response).not.to.have.property('usage');
    });
  }

  inBothModes('rejects with the very error of the kernel that a service throws', async (ask) => {
    const refused = new KernelError('service_failed', 'no such model', { data: { status: 404 } });
    const kernel = aKernel(aService(() => Promise.reject(refused)));
    expect(await rejection(ask(kernel, 'Go'))).to.equal(refused);
  });
});

function wired(answer: object, chunks: readonly object[]): OpenAIChatCompletion {
  return new OpenAIChatCompletion({ client: fakeClient(answer, chunks), model: 'm' });
}
