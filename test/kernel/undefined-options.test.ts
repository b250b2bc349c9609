import { expect } from 'chai';
import { FunctionChoiceBehavior, Kernel, defineFunction, definePlugin } from '../../src/index.js';
import type { ChatService } from '../../src/index.js';
import { aModel, call, calls, response } from '../helpers/a-model.js';
import { inBothModes } from '../helpers/in-both-modes.js';

describe('Kernel: options that are undefined', () => {
  inBothModes('count as left out', async (ask) => {
    const model = aModel(calls(call('lab-run')), 'Done.');
    const left = { name: undefined, strict: undefined, exclusive: undefined, timeoutMs: undefined };
    const run = defineFunction(
      { ...left, name: 'run', modelVisible: undefined, input: { type: 'object' } },
      () => 'ran',
    );
    const kernel = new Kernel({ services: undefined, functionNameSeparator: undefined, errorDetail: undefined });
    kernel.addService(model, undefined);
    kernel.addPlugin(definePlugin('lab', [run], { description: undefined }), undefined, { replace: undefined });
    const limits = { filters: undefined, maxAttempts: undefined, concurrency: undefined, parallelCalls: undefined };
    const result = await ask(kernel, 'Go', {
      functions: FunctionChoiceBehavior.required({ ...limits, name: undefined }),
      service: undefined,
      settings: undefined,
      arguments: undefined,
      signal: undefined,
      timeoutMs: undefined,
    });
    expect(result.text).to.equal('Done.');
    expect(result.calls.map(({ result: { content } }) => content)).to.deep.equal(['ran']);
    expect(Object.keys(model.requests[0] ?? {})).to.deep.equal(['messages', 'tools', 'toolChoice']);
    const silent: ChatService = { modelId: 'm', complete: async () => response({ content: 'Hi.' }), stream: undefined };
    expect((await ask(new Kernel({ services: silent }), 'Go')).text).to.equal('Hi.');
    expect((await kernel.invoke('lab-run', {}, { signal: undefined, timeoutMs: undefined })).text).to.equal('ran');
  });
});
