import { expect } from 'chai';
import { ChatHistory, FunctionChoiceBehavior, Kernel, isKernelError } from '../../src/index.js';
import { aKernel, addLab, closed, roles, toolTexts } from '../helpers/a-kernel.js';
import { CheckedModel, aModel, call, calls, response } from '../helpers/a-model.js';
import { collectWarnings } from '../helpers/warnings.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

const CALL = calls(call('lab-run'));

describe('Kernel: limits', () => {
  inBothModes('52: asks once more without calls after the last round', async (ask) => {
    const model = aModel(CALL, CALL, 'That is all.');
    const history = new ChatHistory().addUser('Go');
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 2 });
    const result = await ask(aKernel(model, { run: () => 'ok' }), history, { functions });
    expect(result).to.include({ text: 'That is all.', stopReason: 'max_attempts', attempts: 3 });
    expect(model.requests.map((request) => request.toolChoice)).to.deep.equal(['auto', 'auto', 'none']);
    expect(model.requests[2]?.tools).to.deep.equal(model.requests[0]?.tools);
    expect(history.openCalls()).to.deep.equal([]);
  });

  inBothModes('52: has ten rounds where nothing else is said', async (ask) => {
    const model = aModel(...Array.from({ length: 10 }, () => CALL), 'That is all.');
    const result = await ask(aKernel(model, { run: () => 'ok' }), 'Go');
    expect(result).to.include({ stopReason: 'max_attempts', attempts: 11 });
  });

  inBothModes('53: drops the calls of the last answer and keeps its text', async (ask) => {
    let runs = 0;
    const model = aModel(CALL, response({ content: 'One more', toolCalls: [call('lab-run')] }, 'tool_calls'));
    const history = new ChatHistory().addUser('Go');
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1 });
    const result = await ask(aKernel(model, { run: () => (runs += 1) }), history, { functions });
    expect(runs).to.equal(1);
    expect(result).to.include({ text: 'One more', stopReason: 'max_attempts' });
    expect(result.message).to.deep.equal({ role: 'assistant', content: 'One more' });
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant', 'tool', 'assistant']);
  });

  inBothModes('53: appends nothing of a last answer that only calls', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1 });
    const result = await ask(aKernel(aModel(CALL, CALL), { run: () => 'ok' }), history, { functions });
    expect(result).to.include({ text: '', stopReason: 'max_attempts' });
    expect(roles(history.messages)).to.deep.equal(['user', 'assistant', 'tool']);
  });

  inBothModes('53: says in a warning that the calls of a last answer without text were not run', async (ask) => {
    const warnings = collectWarnings('KernelWarning');
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1 });
    await ask(aKernel(aModel(CALL, CALL), { run: () => 'ok' }), 'Go', { functions });
    expect(await warnings.take()).to.deep.equal([
      'The model answered without text, and with calls where none may be run: they were dropped.',
    ]);
  });

  inBothModes('54: sends no functions in the last request to a service that ignores the choice "none"', async (ask) => {
    const model = new CheckedModel([CALL, 'That is all.'], { toolChoiceNone: false });
    const functions = FunctionChoiceBehavior.auto({ maxAttempts: 1, parallelCalls: true });
    await ask(aKernel(model, { run: () => 'ok' }), 'Go', { functions });
    expect(model.requests[0]).to.include({ toolChoice: 'auto', parallelToolCalls: true });
    expect(model.requests[1]).to.have.all.keys('messages');
  });

  inBothModes('55: runs no more calls than are allowed, and answers the rest', async (ask) => {
    let runs = 0;
    const three = calls(call('lab-run', {}, '1'), call('lab-run', {}, '2'), call('lab-run', {}, '3'));
    const model = aModel(three, 'That is all.');
    const functions = FunctionChoiceBehavior.auto({ maxCalls: 2 });
    const result = await ask(aKernel(model, { run: () => (runs += 1) }), 'Go', { functions });
    expect(runs).to.equal(2);
    expect(toolTexts(result.messages)).to.deep.equal([
      '1',
      '2',
      'Error: not run. The limit of 2 function calls for this request has been reached.',
    ]);
    expect(result).to.include({ stopReason: 'max_calls', attempts: 2 });
    expect(model.requests[1]?.toolChoice).to.equal('none');
  });

  inBothModes('55: counts the calls of all rounds', async (ask) => {
    const model = aModel(CALL, calls(call('lab-run', {}, '1'), call('lab-run', {}, '2')), 'That is all.');
    const functions = FunctionChoiceBehavior.auto({ maxCalls: 2, concurrency: 4 });
    const result = await ask(aKernel(model, { run: () => 'ok' }), 'Go', { functions });
    expect(toolTexts(result.messages)).to.deep.equal([
      'ok',
      'ok',
      'Error: not run. The limit of 2 function calls for this request has been reached.',
    ]);
  });

  inBothModes('56: asks for an answer after three rounds in a row whose calls all failed', async (ask) => {
    const failing = calls(call('lab-bad', {}, '1'), call('nope', {}, '2'));
    const model = aModel(failing, failing, failing, 'I give up.');
    const result = await ask(
      aKernel(model, {
        bad: () => {
          throw new Error('broken');
        },
      }),
      'Go',
    );
    expect(result).to.include({ stopReason: 'max_errors', attempts: 4 });
    expect(model.requests.map((request) => request.toolChoice)).to.deep.equal(['auto', 'auto', 'auto', 'none']);
  });

  inBothModes('57: begins to count anew when one call of a round succeeds', async (ask) => {
    const failing = calls(call('lab-bad'));
    const mixed = calls(call('lab-bad', {}, '1'), call('lab-run', {}, '2'));
    const model = aModel(failing, failing, mixed, failing, failing, 'Done.');
    const result = await ask(
      aKernel(model, {
        run: () => 'ok',
        bad: () => {
          throw new Error('broken');
        },
      }),
      'Go',
    );
    expect(result).to.include({ stopReason: 'completed', attempts: 6 });
  });

  for (const option of ['maxAttempts', 'maxCalls', 'maxConsecutiveErrors', 'concurrency']) {
    for (const value of [0, -1, Number.NaN, 1.5, '2']) {
      inBothModes(`58: rejects ${option}: ${JSON.stringify(value)} before any request`, async (ask) => {
        const model = aModel('Hello.');
        const functions = FunctionChoiceBehavior.auto({ [option]: value });
        const history = new ChatHistory().addUser('Go');
        const error = await rejection(ask(aKernel(model, { run: () => '' }), history, { functions }));
        expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
        expect(error).to.have.property('message').that.contains(option);
        expect(model.requests).to.deep.equal([]);
        await ask(aKernel(aModel('The history is free again.')), history);
      });
    }
  }

  for (const timeoutMs of [0, -1, Number.NaN, Infinity, 2 ** 31]) {
    inBothModes(`58: rejects timeoutMs: ${timeoutMs} before any request`, async (ask) => {
      const model = aModel('Hello.');
      const error = await rejection(ask(aKernel(model), 'Go', { timeoutMs }));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
      expect(model.requests).to.deep.equal([]);
    });
  }

  inBothModes('59: requires a call in the first request only', async (ask) => {
    const model = aModel(CALL, CALL, 'Done.');
    await ask(aKernel(model, { run: () => 'ok' }), 'Go', { functions: FunctionChoiceBehavior.required() });
    expect(model.requests.map((request) => request.toolChoice)).to.deep.equal(['required', 'auto', 'auto']);
  });

  inBothModes('59: requires a function by name in the first request only', async (ask) => {
    const model = aModel(CALL, 'Done.');
    const functions = FunctionChoiceBehavior.required({ name: 'lab.run' });
    await ask(aKernel(model, { run: () => 'ok', other: () => '' }), 'Go', { functions });
    expect(model.requests.map((request) => request.toolChoice)).to.deep.equal([{ name: 'lab-run' }, 'auto']);
  });

  inBothModes('59: rejects a required call when there is nothing to call', async (ask) => {
    const model = aModel('Hello.');
    const error = await rejection(ask(aKernel(model), 'Go', { functions: FunctionChoiceBehavior.required() }));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
    expect(model.requests).to.deep.equal([]);
  });

  inBothModes('59: rejects a required function that is not on offer', async (ask) => {
    const model = aModel('Hello.');
    const functions = FunctionChoiceBehavior.required({ name: 'lab-nope' });
    const error = await rejection(ask(aKernel(model, { run: () => '' }), 'Go', { functions }));
    expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
    expect(model.requests).to.deep.equal([]);
  });

  inBothModes('60: says nothing of functions where none are offered', async (ask) => {
    const parallel = FunctionChoiceBehavior.auto({ parallelCalls: false });
    const bare = aModel('Hello.', 'Hello.');
    await ask(aKernel(bare), 'Go');
    await ask(aKernel(bare), 'Go', { functions: parallel });
    const optedOut = aModel('Hello.');
    await ask(aKernel(optedOut, { run: () => '' }), 'Go', { functions: false });
    for (const request of [...bare.requests, ...optedOut.requests]) expect(request).to.have.all.keys('messages');
  });

  inBothModes('60: drops the calls of a model that was offered nothing', async (ask) => {
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(aModel(response({ content: 'Hm.', toolCalls: [call('lab-run')] })), {
      run: () => expect.fail(),
    });
    const result = await ask(kernel, history, { functions: false });
    expect(result).to.include({ text: 'Hm.', stopReason: 'completed' });
    expect(history.messages[1]).to.deep.equal({ role: 'assistant', content: 'Hm.' });
  });

  inBothModes('shows with none() what its filters leave', async (ask) => {
    const model = aModel('Hello.');
    const kernel = aKernel(model, { a: () => '', b: () => '' });
    await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.none({ filters: { includedFunctions: ['lab-b'] } }) });
    expect(model.requests[0]?.tools?.map(({ name }) => name)).to.deep.equal(['lab-b']);
  });

  inBothModes('names what its filters do not find, and the calls that are open', async (ask) => {
    const filters = { includedFunctions: ['lab-a', 'lab-nope'], includedPlugins: ['den'] };
    const kernel = aKernel(aModel(), { a: () => '' });
    expect(await rejection(ask(kernel, 'Go', { functions: FunctionChoiceBehavior.auto({ filters }) })))
      .to.have.property('message')
      .that.contains('not registered: "lab-nope", "den".');
    const open = new ChatHistory([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: null, toolCalls: [call('lab-a', {}, '1'), call('lab-a', {}, '2')] },
    ]);
    expect(await rejection(kernel.chat(open))).to.have.deep.property('data', { openCalls: ['1', '2'] });
  });

  for (const strictSchemas of [true, false]) {
    inBothModes(`offers a strict function ${strictSchemas ? 'as such' : 'to a service that has none'}`, async (ask) => {
      const model = new CheckedModel(['Hello.'], { strictSchemas });
      const input = closed({ a: { type: 'string' }, b: { type: 'string' } }, ['a']);
      const kernel = aKernel(model, { run: [{ input, strict: true }, () => ''], other: () => '' });
      await ask(kernel, 'Go');
      const [strict, other] = model.requests[0]?.tools ?? [];
      expect(strict?.strict).to.equal(strictSchemas ? true : undefined);
      expect(strict?.parameters['required']).to.deep.equal(strictSchemas ? ['a', 'b'] : ['a']);
      expect(other).to.not.have.property('strict');
      expect(kernel.toolDefinitions()[0]).to.include({ strict: true });
    });
  }
});

describe('FunctionChoiceBehavior', () => {
  inBothModes('shows the functions and runs none with none()', async (ask) => {
    const model = aModel(response({ content: 'Hm.', toolCalls: [call('lab-run')] }, 'tool_calls'));
    const kernel = aKernel(model, { run: () => expect.fail('must not run') });
    const result = await ask(kernel, new ChatHistory().addUser('Go'), { functions: FunctionChoiceBehavior.none() });
    expect(result).to.include({ text: 'Hm.', stopReason: 'completed' });
    expect(model.requests[0]?.toolChoice).to.equal('none');
    expect(model.requests[0]?.tools).to.have.lengthOf(1);
  });

  inBothModes('passes the wish for parallel calls on, to services that take it', async (ask) => {
    const functions = FunctionChoiceBehavior.auto({ parallelCalls: false });
    const able = aModel('Hello.');
    const unable = new CheckedModel(['Hello.'], { parallelToolCalls: false });
    for (const model of [able, unable]) await ask(aKernel(model, { run: () => '' }), 'Go', { functions });
    expect(able.requests[0]).to.include({ parallelToolCalls: false });
    expect(unable.requests[0]).not.to.have.property('parallelToolCalls');
  });

  inBothModes('narrows the functions on offer by plugin and by function', async (ask) => {
    for (const [filters, expected] of [
      [{ includedPlugins: ['lab'] }, ['lab-a', 'lab-b']],
      [{ excludedPlugins: ['lab'] }, ['den-c']],
      [{ includedFunctions: ['lab-a', 'den.c'] }, ['lab-a', 'den-c']],
      [{ includedPlugins: ['lab'], excludedFunctions: ['lab-b'] }, ['lab-a']],
    ] as const) {
      const model = aModel('Hello.');
      const kernel = aKernel(model, { a: () => '', b: () => '' });
      addLab(kernel, { c: () => '' }, 'den');
      await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.auto({ filters }) });
      expect(model.requests[0]?.tools?.map((tool) => tool.name)).to.deep.equal(expected);
      expect(kernel.toolDefinitions(filters).map((tool) => tool.name)).to.deep.equal(expected);
    }
  });

  inBothModes('sends the same definitions in each request', async (ask) => {
    const tools: unknown[] = [];
    const kernel = aKernel(
      {
        modelId: 'by-hand',
        complete: async (request) => {
          tools.push(request.tools);
          return tools.length > 1 ? response({ content: 'Done.' }) : calls(call('lab-a'));
        },
      },
      { a: () => '' },
    );
    await ask(kernel, 'Go');
    expect(tools[0]).to.be.an('array').and.equal(tools[1]);
  });

  for (const filters of [
    { includedPlugins: ['lab'], excludedPlugins: ['lab'] },
    { includedFunctions: ['lab-a'], excludedFunctions: ['lab-b'] },
    { includedPlugins: ['nope'] },
    { includedFunctions: ['lab-nope'] },
  ]) {
    inBothModes(`rejects the filters ${JSON.stringify(filters)}`, async (ask) => {
      const kernel = aKernel(aModel('Hello.'), { a: () => '', b: () => '' });
      const functions = FunctionChoiceBehavior.auto({ filters });
      const error = await rejection(ask(kernel, 'Go', { functions }));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
    });
  }

  inBothModes('gives the calls back with autoInvoke: false, to be run by hand', async (ask) => {
    const model = aModel(calls(call('lab.run', { n: 1 }, '1'), call('nope', {}, '2')), 'Done.');
    const history = new ChatHistory().addUser('Go');
    const kernel = aKernel(model, { run: ({ n }) => `ran ${String(n)}` });
    const result = await ask(kernel, history, { functions: FunctionChoiceBehavior.auto({ autoInvoke: false }) });
    expect(result).to.include({ stopReason: 'function_calls', attempts: 1 });
    expect(result.message.toolCalls?.map(({ name }) => name)).to.deep.equal(['lab-run', 'nope']);
    expect(history.openCalls().map(({ id }) => id)).to.deep.equal(['1', '2']);
    for (const each of history.openCalls()) history.add((await kernel.invokeToolCall(each)).result);
    expect(toolTexts(history.messages)).to.deep.equal([
      'ran 1',
      'Error: there is no function named "nope". Available functions: "lab-run". Call one of them by its exact name.',
    ]);
    expect((await ask(kernel, history)).text).to.equal('Done.');
  });

  inBothModes(
    '25: gives no call back that was cut off with autoInvoke: false, and asks the model again',
    async (ask) => {
      const cut = response({ toolCalls: [call('lab-run', { n: 1 }, '1'), call('lab-run', '', '2')] }, 'length');
      const model = aModel(cut, calls(call('lab-run', { n: 2 }, '3')));
      const history = new ChatHistory().addUser('Go');
      const kernel = aKernel(model, { run: ({ n }) => `ran ${String(n)}` });
      const result = await ask(kernel, history, { functions: FunctionChoiceBehavior.auto({ autoInvoke: false }) });
      expect(result).to.include({ stopReason: 'function_calls', attempts: 2 });
      expect(history.openCalls().map(({ id }) => id)).to.deep.equal(['3']);
      const text =
        'Error: the call to "lab-run" was cut off by the output token limit and was not run. Call it again with shorter arguments.';
      expect(toolTexts(history.messages)).to.deep.equal([text, text]);
    },
  );

  it('rejects what is no behaviour', async () => {
    const kernel = new Kernel({ services: aModel('Hello.') });
    const functions = { filters: {} } as unknown as FunctionChoiceBehavior;
    expect(await rejection(kernel.chat('Go', { functions }))).to.include({ code: 'invalid_options' });
  });
});
