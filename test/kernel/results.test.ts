import { expect } from 'chai';
import { FunctionChoiceBehavior } from '../../src/index.js';
import type { ChatResponse, Usage } from '../../src/index.js';
import { aKernel } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes } from '../helpers/in-both-modes.js';
import { untyped } from '../helpers/untyped.js';
import { collectWarnings } from '../helpers/warnings.js';

const RECORD = ['call', 'attempt', 'result', 'durationMs'];
const UNUSED: Usage = { inputTokens: 1, outputTokens: 2 };

describe('Kernel: what a run gives', () => {
  inBothModes('has in a record what there is to say of a call, and no empty fields', async (ask) => {
    const model = aModel(calls(call('lab-run', {}, '1'), call('lab-none', {}, '2'), call('lab-run', 'no', '3')), 'Ok.');
    const { calls: records } = await ask(aKernel(model, { run: () => 'ran' }), 'Go');
    expect(records.map((record) => Object.keys(record))).to.deep.equal([
      [...RECORD, 'function', 'arguments', 'value'],
      [...RECORD, 'error'],
      [...RECORD, 'function', 'error'],
    ]);
  });

  inBothModes('has the response that a filter ended the run after, under the true names', async (ask) => {
    const usage = { inputTokens: 3, outputTokens: 4 };
    const kernel = aKernel(aModel({ ...calls(call('functions.lab-run')), usage, id: 'resp-1' }), { run: () => 'ran' });
    kernel.addFilter('autoFunction', async (context, next) => {
      await next();
      context.terminate = true;
    });
    const { response: last, message, stopReason } = await ask(kernel, 'Go');
    expect(stopReason).to.equal('terminated');
    expect(last).to.deep.equal({ message, finishReason: 'tool_calls', usage, id: 'resp-1' });
    expect(message.toolCalls).to.deep.equal([call('lab-run')]);
  });

  inBothModes('hands out, with autoInvoke: false, a message that is not the response’s', async (ask) => {
    const kernel = aKernel(aModel(calls(call('lab-run'))), { run: () => 'ran' });
    const result = await ask(kernel, 'Go', { functions: FunctionChoiceBehavior.auto({ autoInvoke: false }) });
    result.message.toolCalls?.pop();
    expect(result.response.message.toolCalls).to.deep.equal([call('lab-run')]);
  });

  const counts: [string, Usage[], Usage][] = [
    ['no detail', [UNUSED, UNUSED], { inputTokens: 2, outputTokens: 4 }],
    [
      'details of the first request alone',
      [{ ...UNUSED, cachedInputTokens: 5, reasoningTokens: 6 }, UNUSED],
      { inputTokens: 2, outputTokens: 4, cachedInputTokens: 5, reasoningTokens: 6 },
    ],
    [
      'details of the last request alone',
      [UNUSED, { ...UNUSED, cachedInputTokens: 5 }],
      { inputTokens: 2, outputTokens: 4, cachedInputTokens: 5 },
    ],
  ];
  for (const [what, [first = UNUSED, last = UNUSED], sum] of counts) {
    inBothModes(`adds up what was used, with ${what}`, async (ask) => {
      const kernel = aKernel(
        aModel({ ...calls(call('lab-run')), usage: first }, { ...response({ content: 'Done.' }), usage: last }),
        { run: () => 'ran' },
      );
      expect((await ask(kernel, 'Go')).usage).to.deep.equal(sum);
    });
  }

  inBothModes('warns of no answer that says something', async (ask) => {
    const warnings = collectWarnings('KernelWarning');
    await ask(aKernel(aModel('Hello.')), 'Hi');
    await ask(aKernel(aModel(response({ refusal: 'No.' }))), 'Hi');
    await ask(aKernel(aModel(response({ content: 'Well.', refusal: 'No.' }))), 'Hi');
    expect(await warnings.take()).to.deep.equal([]);
  });
});

describe('Kernel: what a service gives that is not as it should be', () => {
  const text = response({ content: 'Done.' });
  const first = (message: object): ChatResponse => untyped({ ...response({}, 'tool_calls'), message });

  inBothModes('takes content that is no text for none', async (ask) => {
    const kernel = aKernel(
      aService((_, __, place) => (place > 1 ? text : first({ content: 7, toolCalls: [call('lab-run')] }))),
      { run: () => 'ran' },
    );
    const { messages } = await ask(kernel, 'Go');
    expect(messages[1]).to.deep.equal({ role: 'assistant', content: null, toolCalls: [call('lab-run')] });
  });

  inBothModes('takes a refusal that is no text for none', async (ask) => {
    const { message, stopReason } = await ask(
      aKernel(aService(() => first({ content: 'Done.', refusal: null }))),
      'Go',
    );
    expect(message).to.deep.equal({ role: 'assistant', content: 'Done.' });
    expect(stopReason).to.equal('completed');
  });

  inBothModes('leaves out a call with neither name nor arguments, a placeholder', async (ask) => {
    const toolCalls = [{ id: 'empty', name: '', arguments: '' }, call('lab-run')];
    const kernel = aKernel(
      aService((_, __, place) => (place > 1 ? text : first({ content: null, toolCalls }))),
      { run: () => 'ran' },
    );
    const { calls: records, messages } = await ask(kernel, 'Go');
    expect(records).to.have.length(1);
    expect(messages[1]).to.have.deep.property('toolCalls', [call('lab-run')]);
  });

  for (const lacking of ['name', 'arguments'] as const) {
    inBothModes(`takes a call that has its own fields beside a \`function\`, also without ${lacking}`, async (ask) => {
      const given = { ...call('lab-run'), [lacking]: '', function: { name: 'other', arguments: '{}' } };
      const kernel = aKernel(
        aService((_, __, place) => (place > 1 ? text : first({ content: null, toolCalls: [given] }))),
        { run: () => 'ran' },
      );
      const { calls: records } = await ask(kernel, 'Go');
      expect(records.map(({ call: made }) => made.name)).to.deep.equal([lacking === 'name' ? '' : 'lab-run']);
    });
  }

  inBothModes('asks no filter about a call whose run was aborted before it', async (ask) => {
    const aborts = new AbortController();
    const asked: string[] = [];
    const kernel = aKernel(aModel(calls(call('lab-stop', {}, '1'), call('lab-run', {}, '2')), 'Done.'), {
      stop: () => aborts.abort(new Error('enough')),
      run: () => 'ran',
    });
    kernel.addFilter('autoFunction', async ({ toolCall }, next) => {
      asked.push(toolCall?.id ?? '');
      await next();
    });
    const functions = FunctionChoiceBehavior.auto();
    await ask(kernel, 'Go', { functions, signal: aborts.signal }).then(
      () => expect.fail('It did not reject.'),
      (error: unknown) => expect(error).to.equal(aborts.signal.reason),
    );
    expect(asked).to.deep.equal(['1']);
  });
});
